<?php

declare(strict_types=1);

namespace app\controller;

use app\middleware\Auth;

/** A page that takes its time: until the file `slow-end` is there. */
class Slow
{
    protected $middleware = [Auth::class];

    public function index(): string
    {
        touch(runtime_path() . 'slow-begun');
        for ($n = 0; $n < 3000 && !is_file(runtime_path() . 'slow-end'); $n++) {
            usleep(10000);
            clearstatcache();
        }

        return 'at last';
    }
}
