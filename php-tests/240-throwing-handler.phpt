--TEST--
A warning handler that throws, or calls Gateway again: nothing leaks, nothing dangles
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(1);
$c->set(['order' => [$c->gateways[0], $dead = dead_address()]]);
$id = bin2hex(pack('NnN', ip2long('127.0.0.1'), explode(':', $dead)[1], 1));

set_error_handler(function ($level, $text) {
    throw new ErrorException('from the handler');
});
$calls = [
    'sendToAll' => ['x'], 'sendToUid' => [['u', 7], ['m']], 'sendToGroup' => [['g'], 'm', [$id]],
    'sendToClient' => [$id, 'x'], 'bindUid' => [$id, 'u'], 'closeClient' => [$id, [1]], 'ungroup' => ['g'],
    'getClientIdByUid' => ['u'], 'isUidOnline' => ['u'], 'isUidsOnline' => [['u']],
    'batchGetClientIdByUid' => [['u']], 'getAllClientSessions' => [], 'getAllGroupUidCount' => [],
    'getAllUidCount' => [], 'getAllGroupIdList' => [], 'batchGetClientIdCountByGroup' => [['g']],
    'getClientIdListByGroup' => ['g'], 'getAllClientCount' => [], 'setSession' => [$id, ['a' => [1]]],
];
foreach ($calls as $method => $arguments) {
    attempt(function () use ($method, $arguments) {
        return Gateway::$method(...$arguments);
    });
}
attempt(function () { return Gateway::sendToGroup('', 'x'); });
attempt(function () { return Gateway::sendToAll('x', 'no list'); });
attempt(function () { return Gateway::getAllClientInfo(); });
attempt(function () { return Gateway::flush(); });

echo "a handler that calls Gateway\n";
set_error_handler(function ($level, $text) use ($c) {
    static $depth = 0;
    if ($depth++ < 2) {
        @Gateway::sendToAll("from the handler, depth $depth");
    }
    $depth--;
    return true;
});
$c->frames(0);
$c->frames(0);
$c->replies(0, ['a', 'b']);
attempt(function () { return count(Gateway::getAllGroupIdList()); });
show($c->frames(2));
?>
--EXPECT--
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
ErrorException: from the handler
true
a handler that calls Gateway
2
["0: cmd 26 connection 0 flag 1 |","0: cmd 6 connection 0 flag 1 |from the handler, depth 1"]
