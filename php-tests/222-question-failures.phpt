--TEST--
Questions when a gateway is down, stalled or broken: at the deadline, not later
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(3);
function timed(callable $call, float $timeout = PLENTY): void
{
    $start = microtime(true);
    ob_start();
    attempt(function () use ($call, $timeout) { return within($timeout, $call); });
    echo preg_replace('/127\.0\.0\.1:\d+/', '127.0.0.1:PORT', ob_get_clean());
    $took = microtime(true) - $start;
    if ($took > PLENTY / 2) { // a slow machine, yet not the wrong deadline
        printf("took %.1f s\n", $took);
    }
}
$ask = function () { return Gateway::getClientIdByUid('u'); };
$count = function () use ($c) {
    $found = Gateway::getClientIdByUid('u');
    return count($found);
};
foreach (['normal', 'stalled', 'half', 'closing'] as $mode) {
    echo "one is $mode\n";
    $c->mode(1, $mode);
    $c->drop();
    for ($i = 0; $i < 3; $i++) {
        $c->replies($i, [1, 2]);
    }
    $silent = in_array($mode, ['stalled', 'half'], true);
    timed($count, $silent ? 8 : PLENTY); // the others answer
    $timeout = $silent ? 0.1 : PLENTY;
    timed(function () use ($c) { return Gateway::isOnline($c->id(1, 1)); }, $timeout);
    timed(function () use ($c) { return Gateway::getSession($c->id(1, 1)); }, $timeout);
    timed(function () use ($c) { return Gateway::getUidByClientId($c->id(1, 1)); }, $timeout);
    $c->mode(1, 'normal');
    // Its unread replies would answer later questions.
    $c->set(['replies' => [[], [], []]]);
}
echo "one replies nonsense\n";
$c->drop();
$c->rawReplies(1, 'nonsense');
timed($count);
$c->rawReplies(1, 'nonsense');
timed(function () use ($c) { return Gateway::isOnline($c->id(1, 1)); });
echo "and is asked again\n";
$c->replies(1, 1);
timed(function () use ($c) { return Gateway::isOnline($c->id(1, 1)); });
echo "one is down\n";
$dead = dead_address();
$c->set(['order' => [$c->gateways[0], $dead]]);
Gateway::$addressesCacheDisable = true;
$c->replies(0, [1, 2]);
timed($count);
timed(function () use ($dead) {
    return Gateway::isOnline(bin2hex(pack('NnN', ip2long('127.0.0.1'), explode(':', $dead)[1], 1)));
});
timed(function () { return Gateway::isUidsOnline(['a', 'b']); });
timed(function () { return Gateway::getAllClientSessions(); });
timed(function () { return Gateway::getAllGroupUidCount(); });
timed(function () { return Gateway::batchGetClientIdCountByGroup(['g']); });
echo "one is not listed\n";
$stranger = bin2hex(pack('NnN', ip2long('127.0.0.1'), 1, 1));
timed(function () use ($stranger) { return Gateway::isOnline($stranger); });
timed(function () use ($stranger) { return Gateway::getSession($stranger); });
timed(function () use ($stranger) { return Gateway::getUidByClientId($stranger); });
?>
--EXPECT--
one is normal
6
0
null
null
one is stalled
Warning: GatewayClient\Gateway::getClientIdByUid(): 1 gateway failed: timed out waiting for tcp://127.0.0.1:PORT
4
GatewayClient\GatewayException: timed out waiting for tcp://127.0.0.1:PORT
GatewayClient\GatewayException: timed out waiting for tcp://127.0.0.1:PORT
GatewayClient\GatewayException: timed out waiting for tcp://127.0.0.1:PORT
one is half
Warning: GatewayClient\Gateway::getClientIdByUid(): 1 gateway failed: timed out waiting for tcp://127.0.0.1:PORT
4
GatewayClient\GatewayException: timed out waiting for tcp://127.0.0.1:PORT
GatewayClient\GatewayException: timed out waiting for tcp://127.0.0.1:PORT
GatewayClient\GatewayException: timed out waiting for tcp://127.0.0.1:PORT
one is closing
Warning: GatewayClient\Gateway::getClientIdByUid(): 1 gateway failed: connection close tcp://127.0.0.1:PORT
4
GatewayClient\GatewayException: connection close tcp://127.0.0.1:PORT
GatewayClient\GatewayException: connection close tcp://127.0.0.1:PORT
GatewayClient\GatewayException: connection close tcp://127.0.0.1:PORT
one replies nonsense
Warning: GatewayClient\Gateway::getClientIdByUid(): 1 gateway failed: malformed reply from tcp://127.0.0.1:PORT
0
GatewayClient\GatewayException: malformed reply from tcp://127.0.0.1:PORT
and is asked again
1
one is down
Warning: GatewayClient\Gateway::getClientIdByUid(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
2
GatewayClient\GatewayException: can not connect to tcp://127.0.0.1:PORT Connection refused
Warning: GatewayClient\Gateway::isUidsOnline(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
[]
Warning: GatewayClient\Gateway::getAllClientSessions(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
[]
Warning: GatewayClient\Gateway::getAllGroupUidCount(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
[]
Warning: GatewayClient\Gateway::batchGetClientIdCountByGroup(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
[]
one is not listed
0
null
null
