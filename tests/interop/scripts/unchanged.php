<?php
/**
 * An application as it was before the extension. Arguments: a file to require
 * (an autoload file, or the package's Gateway.php), the Register, a client_id.
 */
use GatewayClient\Context;
use GatewayClient\Gateway;

require_once $argv[1];

Gateway::$registerAddress = $argv[2];
$clientId = $argv[3];
Gateway::bindUid($clientId, 'ann');
Gateway::joinGroup($clientId, 'room');
Gateway::setSession($clientId, ['name' => 'Ann']);

// The pure class opens a connection per command, and a gateway may serve them
// in any order: wait until all three are done.
$deadline = microtime(true) + 5;
do {
    $done = Gateway::isUidOnline('ann')
        && Gateway::getClientCountByGroup('room')
        && Gateway::getSession($clientId);
} while (!$done && microtime(true) < $deadline);

$results = [
    Gateway::isOnline($clientId),
    Gateway::isUidOnline('ann'),
    Gateway::getClientIdByUid('ann'),
    Gateway::getUidListByGroup('room'),
    Gateway::getSession($clientId),
    Gateway::getAllClientSessions('room'),
    Gateway::getAllGroupIdList(),
    Gateway::getAllClientCount(),
    Context::clientIdToAddress($clientId),
];

Gateway::sendToUid('ann', 'hello');

fwrite(STDERR, (new ReflectionClass(Gateway::class))->isInternal()
    ? "internal\n" : "user\n");
echo serialize($results), "\n";
