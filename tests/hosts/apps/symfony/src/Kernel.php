<?php

namespace App;

use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Component\Dotenv\Dotenv;
use Symfony\Component\HttpKernel\Kernel as BaseKernel;

class Kernel extends BaseKernel
{
    use MicroKernelTrait;

    public static function start(): self
    {
        (new Dotenv())->bootEnv(dirname(__DIR__).'/.env');

        return new self($_SERVER['APP_ENV'], (bool) $_SERVER['APP_DEBUG']);
    }
}
