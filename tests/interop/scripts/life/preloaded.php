<?php
/** A request where Chat was preloaded. */
use GatewayClient\Gateway;

$first = [Chat::$registerAddress, Chat::$secretKey, Gateway::$registerAddress];
Chat::$registerAddress = $_GET['register'];
Chat::greet('hello');
echo json_encode([
    'pid' => getmypid(), 'first' => $first,
    'online' => Chat::isUidOnline('ann'), 'flushed' => Chat::flush(),
    'base' => Gateway::$registerAddress,
    'preloaded' => in_array('Chat', opcache_get_status()['preload_statistics']['classes'] ?? []),
]);
