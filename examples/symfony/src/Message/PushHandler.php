<?php

declare(strict_types=1);

namespace GatewayClient\Symfony\Message;

use GatewayClient\Symfony\GatewayPusher;

/** An exception (no Register answers) makes Messenger try again later. */
final class PushHandler
{
    public function __construct(private readonly GatewayPusher $pusher)
    {
    }

    public function __invoke(Push $push): void
    {
        if (null !== $push->uid) {
            $this->pusher->toUser($push->uid, $push->message);
        } else {
            $this->pusher->toGroup($push->group, $push->message);
        }
    }
}
