<?php

declare(strict_types=1);

namespace app\controller;

use think\Request;

/** Stands for an application's login, without a password. */
class Login
{
    public function index(Request $request): string
    {
        if ($request->has('name', 'get')) {
            session('uid', $request->get('name/s'));
        }

        return 'signed in';
    }
}
