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

    /** @var Channels */
    private $channels;

    public function __construct(Pages $pages, Channels $channels)
    {
        $this->pages = $pages;
        $this->channels = $channels;
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
            $this->close(function () use ($owner): array {
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
        $this->close(function () use ($user): array {
            return $this->pages->ofOthers(request(), (string) $user->getAuthIdentifier());
        });
    }

    private static function isAsked($user): bool
    {
        return $user !== null && config('gateway.close_on_logout')
            && app()->bound('request') && request()->hasSession();
    }

    private function close(callable $pages): void
    {
        self::attempt(function () use ($pages): void {
            foreach ($pages() as $client_id) {
                self::attempt(function () use ($client_id): void {
                    $this->channels->leaveAll($client_id);
                });
                self::attempt(static function () use ($client_id): void {
                    Gateway::closeClient($client_id);
                });
            }
        });
    }

    /** Nobody must stay signed in because a gateway is down. */
    private static function attempt(callable $call): void
    {
        try {
            $call();
        } catch (Throwable $e) {
            report($e);
        }
    }
}
