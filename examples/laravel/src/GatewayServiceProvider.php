<?php

namespace GatewayClient\Laravel;

use GatewayClient\Laravel\Broadcasting\GatewayBroadcaster;
use Illuminate\Auth\Events\CurrentDeviceLogout;
use Illuminate\Auth\Events\Logout;
use Illuminate\Auth\Events\OtherDeviceLogout;
use Illuminate\Broadcasting\BroadcastManager;
use Illuminate\Queue\Events\JobProcessing;
use Illuminate\Support\ServiceProvider;

class GatewayServiceProvider extends ServiceProvider
{
    /** Where a worker that lives for many requests begins another. Named, not
     *  imported: Octane need not be installed. */
    private const BEGINNINGS = [
        'Laravel\Octane\Events\RequestReceived',
        'Laravel\Octane\Events\TaskReceived',
        'Laravel\Octane\Events\TickReceived',
        JobProcessing::class,
    ];

    public function register(): void
    {
        $this->mergeConfigFrom(__DIR__ . '/../config/gateway.php', 'gateway');
        $config = $this->app['config'];
        if (! $config->has('broadcasting.connections.gateway')) {
            $config->set('broadcasting.connections.gateway', ['driver' => 'gateway']);
        }
        $this->callAfterResolving(BroadcastManager::class, function ($manager): void {
            $manager->extend('gateway', function ($app) {
                return new GatewayBroadcaster($app->make(Pages::class), $app->make(Channels::class));
            });
        });
        // Without the application: Octane gives every request a copy of it.
        $this->app->bind(Channels::class, function ($app): Channels {
            return new Channels((string) $app['config']['gateway.channel_prefix']);
        });
    }

    public function boot(): void
    {
        $this->publishes([__DIR__ . '/../config/gateway.php' => config_path('gateway.php')],
            'gateway-config');
        $script = __DIR__ . '/../resources/js/gateway-echo.js';
        $this->publishes([$script => resource_path('js/gateway-echo.js')], 'gateway-js');
        $this->publishes([$script => public_path('vendor/gateway/gateway-echo.js')],
            'gateway-assets');
        if ($this->app['config']['gateway.routes']) {
            $this->loadRoutesFrom(__DIR__ . '/../routes/gateway.php');
        }
        $this->settings();
        $this->app['events']->listen(self::BEGINNINGS, function (): void {
            $this->settings();
        });
        $this->app['events']->listen([Logout::class, CurrentDeviceLogout::class],
            [CloseAtLogout::class, 'here']);
        $this->app['events']->listen(OtherDeviceLogout::class, [CloseAtLogout::class, 'elsewhere']);
    }

    /** At each request: the extension forgets them at its end, and in a worker
     *  that lives on, one request must not change them for the next. */
    private function settings(): void
    {
        Settings::apply($this->app['config']['gateway']);
    }
}
