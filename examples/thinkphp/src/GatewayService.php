<?php

declare(strict_types=1);

namespace GatewayClient\Think;

use GatewayClient\Gateway;
use think\Service;

/** Found by `php think service:discover`, which Composer runs. */
class GatewayService extends Service
{
    public function register(): void
    {
        $this->app->bind('gateway', Pusher::class);
    }

    /**
     * The settings are static properties, which return to those of php.ini at
     * each request: so this is done at each start of the application. Code that
     * calls Gateway directly has them, too. What is not set, or empty, as a line
     * of .env may be, stays php.ini's.
     */
    public function boot(): void
    {
        $settings = array_filter(
            $this->app->config->get('gateway', []),
            static fn ($value) => (string) $value !== ''
        );
        if (isset($settings['register_address'])) {
            Gateway::$registerAddress = array_map('trim', explode(',', $settings['register_address']));
        }
        if (isset($settings['secret_key'])) {
            Gateway::$secretKey = (string) $settings['secret_key'];
        }
        if (isset($settings['connect_timeout'])) {
            Gateway::$connectTimeout = (float) $settings['connect_timeout'];
        }
        if (isset($settings['timeout'])) {
            ini_set('gatewayclient.timeout', (string) $settings['timeout']);
        }

        $this->commands([
            command\Push::class,
            command\Announce::class,
            command\Online::class,
            command\Kick::class,
        ]);
    }
}
