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

    /** This session is signed out, which counts for other requests when it was
     *  saved. Pages that are closed come back at once: not before that, or they
     *  would be the user's again. Its owner is that of now: the application may
     *  invalidate the session.
     *
     *  @param Logout|CurrentDeviceLogout $event */
    public function here($event): void
    {
        if (! self::isAsked($event->user)) {
            return;
        }
        $owner = Owner::of(request());
        app()->terminating(function () use ($owner): void {
            self::close(function () use ($owner): array {
                return $this->pages->ofOwner($owner);
            });
        });
    }

    /** All others of the user are. */
    public function elsewhere(OtherDeviceLogout $event): void
    {
        $user = $event->user;
        if (! self::isAsked($user)) {
            return;
        }
        self::close(function () use ($user): array {
            return $this->pages->ofOthers(request(), (string) $user->getAuthIdentifier());
        });
    }

    private static function isAsked($user): bool
    {
        return $user !== null && config('gateway.close_on_logout')
            && app()->bound('request') && request()->hasSession();
    }

    /** Nobody must stay signed in because a gateway is down. */
    private static function close(callable $pages): void
    {
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
