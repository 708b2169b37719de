--TEST--
Commands when one gateway of several is down: the others get it, one warning names it
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(2);
$dead = dead_address();
$c->set(['order' => [$c->gateways[0], $dead, $c->gateways[1]]]);
$id = bin2hex(pack('NnN', ip2long('127.0.0.1'), explode(':', $dead)[1], 1));

echo "to all\n";
attempt(function () { return Gateway::sendToAll('all'); });
attempt(function () { return Gateway::sendToUid('u', 'uid'); });
attempt(function () { return Gateway::sendToGroup('g', 'group', $GLOBALS['id']); });
attempt(function () { return Gateway::ungroup('g'); });
foreach ($c->frames(8) as $frame) {
    echo '  ', $frame, "\n";
}
echo "to some\n";
attempt(function () use ($c, $id) { return Gateway::sendToAll('some', [$c->id(1), $id, $c->id(1, 1)]); });
foreach ($c->frames(2) as $frame) {
    echo '  ', $frame, "\n";
}
echo "to one\n";
attempt(function () use ($id) { return Gateway::sendToClient($id, 'x'); });
attempt(function () use ($id) { return Gateway::closeClient($id); });
attempt(function () use ($id) { return Gateway::destoryClient($id); });
attempt(function () use ($id) { return Gateway::bindUid($id, 'u'); });
attempt(function () use ($id) { return Gateway::leaveGroup($id, 'g'); });
attempt(function () use ($id) { return Gateway::setSession($id, []); });
attempt(function () use ($id) { return Gateway::setSocketSession($id, 'a:0:{}'); });
echo "one that is up\n";
attempt(function () use ($c) { return Gateway::sendToClient($c->id(9, 1), 'x'); });
echo "all down\n";
$c->set(['order' => [$dead, dead_address()]]);
Gateway::$addressesCacheDisable = true;
attempt(function () { return Gateway::sendToAll('all'); });
?>
--EXPECT--
to all
Warning: GatewayClient\Gateway::sendToAll(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
null
Warning: GatewayClient\Gateway::sendToUid(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
null
Warning: GatewayClient\Gateway::sendToGroup(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
null
Warning: GatewayClient\Gateway::ungroup(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
null
  0: cmd 14 connection 0 flag 1 ["u"]|uid
  0: cmd 22 connection 0 flag 1 {"group":["g"],"exclude":null}|group
  0: cmd 27 connection 0 flag 1 g|
  0: cmd 6 connection 0 flag 1 |all
  1: cmd 14 connection 0 flag 1 ["u"]|uid
  1: cmd 22 connection 0 flag 1 {"group":["g"],"exclude":null}|group
  1: cmd 27 connection 0 flag 1 g|
  1: cmd 6 connection 0 flag 1 |all
to some
Warning: GatewayClient\Gateway::sendToAll(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
null
  0: cmd 6 connection 0 flag 1 {"connections":{"1":1}}|some
  1: cmd 6 connection 0 flag 1 {"connections":{"1":1}}|some
to one
Warning: GatewayClient\Gateway::sendToClient(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
false
Warning: GatewayClient\Gateway::closeClient(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
false
Warning: GatewayClient\Gateway::destoryClient(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
false
Warning: GatewayClient\Gateway::bindUid(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
false
Warning: GatewayClient\Gateway::leaveGroup(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
false
Warning: GatewayClient\Gateway::setSession(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
false
Warning: GatewayClient\Gateway::setSocketSession(): 1 gateway failed: can not connect to tcp://127.0.0.1:PORT Connection refused
false
one that is up
true
all down
Warning: GatewayClient\Gateway::sendToAll(): 2 gateways failed: can not connect to tcp://127.0.0.1:PORT Connection refused; can not connect to tcp://127.0.0.1:PORT Connection refused
null
