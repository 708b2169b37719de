<?php

namespace GatewayClient\Laravel;

use GatewayClient\Gateway;
use Illuminate\Auth\Events\CurrentDeviceLogout;
use Illuminate\Auth\Events\Logout;
use Illuminate\Auth\Events\OtherDeviceLogout;
use Throwable;

/** After a logout a session's pages are in groups that they may not be in any
 *  more. Closed, they come back under new client_ids, as a guest's. */
final class CloseAtLogout
{
    /** @var Pages */
    private $pages;

    public function __construct(Pages $pages)
    {
        $this->pages = $pages;
    }

    /** This session is signed out.
     *
     *  @param Logout|CurrentDeviceLogout $event */
    public function here($event): void
    {
        $this->close($event->user, function (): array {
            return $this->pages->ofSession(request());
        });
    }

    /** All others of the user are. */
    public function elsewhere(OtherDeviceLogout $event): void
    {
        $user = $event->user;
        $this->close($user, function () use ($user): array {
            return $this->pages->ofOthers(request(), (string) $user->getAuthIdentifier());
        });
    }

    /** Nobody must stay signed in because a gateway is down. */
    private function close($user, callable $pages): void
    {
        if ($user === null || ! config('gateway.close_on_logout')
            || ! app()->bound('request') || ! request()->hasSession()) {
            return;
        }
        try {
            foreach ($pages() as $client_id) {
                try {
                    Gateway::closeClient($client_id);
                } catch (Throwable $e) {
                    report($e);
                }
            }
        } catch (Throwable $e) {
            report($e);
        }
    }
}
