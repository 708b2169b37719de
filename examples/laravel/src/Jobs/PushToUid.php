<?php

namespace GatewayClient\Laravel\Jobs;

use GatewayClient\Gateway;

/** PushToUid::dispatch($user->id, ['text' => 'Your report is ready.']); */
class PushToUid extends Push
{
    /** @var string|int|array */
    private $uid;

    /** @param  string|int|array  $uid  one, or a list */
    public function __construct($uid, $message)
    {
        parent::__construct($message);
        $this->uid = $uid;
    }

    protected function send(): void
    {
        Gateway::sendToUid($this->uid, $this->message);
    }
}
