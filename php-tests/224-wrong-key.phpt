--TEST--
A wrong key at a gateway: never silent for longer than the next use or flush()
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(1);
$c->set(['gatewayKey' => 'right']);
Gateway::$secretKey = 'wrong-secret';
attempt(function () use ($c) { return Gateway::sendToClient($c->id(1), 'lost'); });
attempt(function () { return Gateway::flush(); });
try {
    Gateway::isOnline($c->id(1));
} catch (GatewayClient\GatewayException $e) {
    echo str_replace($c->gateways[0], 'GATEWAY', $e->getMessage()), "\n";
}
Gateway::$secretKey = 'right';
attempt(function () use ($c) { return Gateway::sendToClient($c->id(1), 'arrives'); });
attempt(function () { return Gateway::flush(); });
attempt(function () use ($c) { return Gateway::isOnline($c->id(1)); });
?>
--EXPECTF--
true
Warning: GatewayClient\Gateway::flush(): 1 gateway failed: %s tcp://127.0.0.1:PORT%s
false
connection close tcp://GATEWAY
true
true
0
