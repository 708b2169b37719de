<?php

declare(strict_types=1);

namespace app\middleware;

use Closure;
use think\Request;
use think\Response;

class Auth
{
    public function handle(Request $request, Closure $next): Response
    {
        return session('uid') === null ? redirect('/login') : $next($request);
    }
}
