<?php

namespace GatewayClient\Laravel;

use GatewayClient\Gateway;
use Illuminate\Auth\Events\Logout;
use Throwable;

/** After a logout the session's pages are in groups that they may not be in any
 *  more. Closed, they come back under new client_ids, as a guest's. */
final class CloseAtLogout
{
    /** @var Pages */
    private $pages;

    public function __construct(Pages $pages)
    {
        $this->pages = $pages;
    }

    public function handle(Logout $event): void
    {
        if ($event->user === null || ! config('gateway.close_on_logout')
            || ! app()->bound('request')) {
            return;
        }
        try {
            $uid = (string) $event->user->getAuthIdentifier();
            foreach ($this->pages->ofSession(request(), $uid) as $client_id) {
                Gateway::closeClient($client_id);
            }
        } catch (Throwable $e) {
            report($e); // nobody must stay signed in because a gateway is down
        }
    }
}
