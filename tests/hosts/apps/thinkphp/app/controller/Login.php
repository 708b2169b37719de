<?php

declare(strict_types=1);

namespace app\controller;

use app\middleware\PushToken;
use think\Request;
use think\Session;

/** Stands for an application's login, without a password. Ids may be numbers. */
class Login
{
    public function index(Request $request, Session $session, PushToken $token): string
    {
        if ($request->has('name', 'get')) {
            $name = $request->get('name/s');
            $session->set('uid', ctype_digit($name) ? (int) $name : $name);
            $session->set('login', bin2hex(random_bytes(16)));
            $session->save(); // ThinkPHP does it after the response is sent

            return 'signed in'; // pages ask for the token later
        }

        return $token->get();
    }
}
