<?php

namespace GatewayClient\Laravel\Jobs;

use GatewayClient\Gateway;

/** PushToGroup::dispatch('team', ['text' => 'Lunch is ready.']); */
class PushToGroup extends Push
{
    /** @var string|int|array */
    private $group;

    /** @param  string|int|array  $group  one, or a list */
    public function __construct($group, $message)
    {
        parent::__construct($message);
        $this->group = $group;
    }

    protected function send(): void
    {
        Gateway::sendToGroup($this->group, $this->message);
    }
}
