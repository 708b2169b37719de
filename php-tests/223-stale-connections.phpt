--TEST--
A gateway restarts between two calls: the message arrives, once
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(1);
for ($i = 0; $i < 3; $i++) {
    attempt(function () use ($i) { return Gateway::sendToUid('u', "message $i"); });
    show($c->frames(1));
    $c->drop();
}
attempt(function () use ($c) { return Gateway::isOnline($c->id(1)); });
?>
--EXPECT--
null
["0: cmd 14 connection 0 flag 1 [\"u\"]|message 0"]
null
["0: cmd 14 connection 0 flag 1 [\"u\"]|message 1"]
null
["0: cmd 14 connection 0 flag 1 [\"u\"]|message 2"]
0
