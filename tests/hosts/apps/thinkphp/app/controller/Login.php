<?php

declare(strict_types=1);

namespace app\controller;

use think\Request;
use think\Session;

/** Stands for an application's login, without a password. */
class Login
{
    public function index(Request $request, Session $session): string
    {
        if ($request->has('name', 'get')) {
            $session->set('uid', $request->get('name/s'));
            $session->save(); // ThinkPHP does it after the response is sent
        }

        return 'signed in';
    }
}
