<?php
/** What the manual's BusinessWorker does: greets, and leaves the rest to HTTP. */

use GatewayWorker\Lib\Gateway;

class Events
{
    public static function onConnect(string $clientId): void
    {
        Gateway::sendToClient($clientId, json_encode(
            ['type' => 'init', 'client_id' => $clientId]));
    }

    public static function onMessage(string $clientId, mixed $message): void
    {
    }
}
