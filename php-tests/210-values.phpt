--TEST--
Messages, uids and groups of every type: as the package would send them
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(1);
function sent(callable $call, int $count = 1): void
{
    global $c;
    attempt($call);
    foreach ($c->frames($count) as $frame) {
        echo '  ', $frame, "\n";
    }
}

class Text
{
    public function __toString()
    {
        return 'text';
    }
}
class Uid implements JsonSerializable
{
    #[ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return 'u8';
    }
}

echo "messages\n";
foreach (['text', '', 12, -1.5, 1e100, true, false, null, [], ['a' => [1]], new Text] as $message) {
    sent(function () use ($message) { return Gateway::sendToUid('u', $message, true); });
}
attempt(function () { return Gateway::sendToAll(function () {}); });

echo "uids\n";
foreach ([7, '7', '07', 1.5, true, null, [], [1, '1', 'x'], ['a' => 'x', 'b' => 2], [[1]], new Uid, [new Uid], "a\"/é\u{1F600}"] as $uid) {
    sent(function () use ($uid) { return Gateway::sendToUid($uid, 'm'); });
}
echo "nothing is sent for what is no UTF-8\n";
sent(function () { return Gateway::sendToUid("\xff", 'm'); }, 0);
sent(function () { return Gateway::sendToUid(['ok', [NAN]], 'm'); }, 0);
sent(function () { return Gateway::sendToGroup("\xff", 'm'); }, 0);

echo "one uid or group\n";
$id = $c->id(1);
foreach (['x', '', '0', 0, '00', 0.0, 1.5, null, false, true, [], new Text] as $uid) {
    sent(function () use ($uid, $id) { return Gateway::bindUid($id, $uid); });
}
sent(function () use ($id) { return Gateway::joinGroup($id, [1]); }, 0);
sent(function () use ($id) { return Gateway::leaveGroup($id, "\xff"); });
foreach (['g', 0, '0', null, [], false] as $group) {
    sent(function () use ($group) { return Gateway::ungroup($group); }, $group === 'g' ? 1 : 0);
}
sent(function () { return Gateway::ungroup(['g']); }, 0);
foreach (['', '0', 0, 'g', 7] as $group) {
    sent(function () use ($group) { return Gateway::getClientCountByGroup($group); });
}
sent(function () { return Gateway::getClientCountByGroup(['g']); }, 0);
foreach (['', '0', null, 'g'] as $group) {
    sent(function () use ($group) { return Gateway::getAllClientSessions($group); });
}

echo "lists of clients\n";
$b = $c->id(2);
sent(function () use ($id, $b) { return Gateway::sendToAll('m', [$id, $b, $id]); });
sent(function () use ($id, $b) { return Gateway::sendToAll('m', [$id, $b], $b); });
sent(function () use ($id) { return Gateway::sendToAll('m', [$id], [$id]); }, 0);
sent(function () { return Gateway::sendToAll('m', []); }, 0);
sent(function () { return Gateway::sendToAll('m', 'no list'); }, 0);
sent(function () use ($id) { return Gateway::sendToAll('m', false, [$id, $id], 1); });
sent(function () { return Gateway::sendToAll('m', null, ['bad']); }, 0);
sent(function () { return Gateway::sendToAll('m', ['bad']); }, 0);
sent(function () { return Gateway::sendToAll('m', [''], null); }, 0);
sent(function () { return Gateway::sendToAll('m', [[]]); }, 0);
sent(function () use ($id) { return Gateway::sendToGroup(7, 'm', $id); });
sent(function () use ($id) { return Gateway::closeClient($id, ['last']); });
sent(function () use ($id) { return Gateway::closeClient($id, ''); });
sent(function () use ($id) { return Gateway::destroyClient($id); });
sent(function () use ($id) { return Gateway::setSocketSession($id, 'a:0:{}'); });
sent(function () use ($id) { return Gateway::setSocketSession($id, ''); });
sent(function () { return Gateway::getAllClientInfo(); });
sent(function () { return Gateway::getClientInfoByGroup('g'); });
sent(function () { return Gateway::bindUid(null, 'u'); }, 0);
sent(function () { return Gateway::destoryCurrentClient(); }, 0);
?>
--EXPECT--
messages
null
  0: cmd 14 connection 0 flag 3 ["u"]|text
null
  0: cmd 14 connection 0 flag 3 ["u"]|
null
  0: cmd 14 connection 0 flag 3 ["u"]|12
null
  0: cmd 14 connection 0 flag 3 ["u"]|-1.5
null
  0: cmd 14 connection 0 flag 3 ["u"]|1.0E+100
null
  0: cmd 14 connection 0 flag 3 ["u"]|1
null
  0: cmd 14 connection 0 flag 3 ["u"]|
null
  0: cmd 14 connection 0 flag 2 ["u"]|N;
null
  0: cmd 14 connection 0 flag 2 ["u"]|a:0:{}
null
  0: cmd 14 connection 0 flag 2 ["u"]|a:1:{s:1:"a";a:1:{i:0;i:1;}}
null
  0: cmd 14 connection 0 flag 2 ["u"]|O:4:"Text":0:{}
Exception: Serialization of 'Closure' is not allowed
uids
null
  0: cmd 14 connection 0 flag 1 [7]|m
null
  0: cmd 14 connection 0 flag 1 ["7"]|m
null
  0: cmd 14 connection 0 flag 1 ["07"]|m
null
  0: cmd 14 connection 0 flag 1 [1.5]|m
null
  0: cmd 14 connection 0 flag 1 [true]|m
null
  0: cmd 14 connection 0 flag 1 [null]|m
null
  0: cmd 14 connection 0 flag 1 []|m
null
  0: cmd 14 connection 0 flag 1 [1,"1","x"]|m
null
  0: cmd 14 connection 0 flag 1 ["x",2]|m
null
  0: cmd 14 connection 0 flag 1 [[1]]|m
null
  0: cmd 14 connection 0 flag 1 ["u8"]|m
null
  0: cmd 14 connection 0 flag 1 ["u8"]|m
null
  0: cmd 14 connection 0 flag 1 ["a\"\/\u00e9\ud83d\ude00"]|m
nothing is sent for what is no UTF-8
GatewayClient\GatewayException: malformed UTF-8
GatewayClient\GatewayException: a uid or group cannot be written as JSON
GatewayClient\GatewayException: malformed UTF-8
one uid or group
null
  0: cmd 12 connection 1 flag 1 x|
null
  0: cmd 12 connection 1 flag 1 |
null
  0: cmd 12 connection 1 flag 1 |
null
  0: cmd 12 connection 1 flag 1 |
null
  0: cmd 12 connection 1 flag 1 00|
null
  0: cmd 12 connection 1 flag 1 |
null
  0: cmd 12 connection 1 flag 1 1.5|
null
  0: cmd 12 connection 1 flag 1 |
null
  0: cmd 12 connection 1 flag 1 |
null
  0: cmd 12 connection 1 flag 1 1|
null
  0: cmd 12 connection 1 flag 1 |
null
  0: cmd 12 connection 1 flag 1 text|
TypeError: GatewayClient\Gateway::joinGroup(): Argument #2 ($group) must be of type string, array given
null
  0: cmd 21 connection 1 flag 1 \377|
null
  0: cmd 27 connection 0 flag 1 g|
Warning: GatewayClient\Gateway::ungroup(): group(0) empty
false
Warning: GatewayClient\Gateway::ungroup(): group('0') empty
false
Warning: GatewayClient\Gateway::ungroup(): group(NULL) empty
false
Warning: GatewayClient\Gateway::ungroup(): group(array (
)) empty
false
Warning: GatewayClient\Gateway::ungroup(): group(false) empty
false
TypeError: GatewayClient\Gateway::ungroup(): Argument #1 ($group) must be of type string, array given
0
  0: cmd 24 connection 0 flag 1 |
0
  0: cmd 24 connection 0 flag 1 0|
0
  0: cmd 24 connection 0 flag 1 0|
0
  0: cmd 24 connection 0 flag 1 g|
0
  0: cmd 24 connection 0 flag 1 7|
TypeError: GatewayClient\Gateway::getClientCountByGroup(): Argument #1 ($group) must be of type string, array given
[]
  0: cmd 10 connection 0 flag 1 |
[]
  0: cmd 10 connection 0 flag 1 |
[]
  0: cmd 10 connection 0 flag 1 |
[]
  0: cmd 23 connection 0 flag 1 g|
lists of clients
null
  0: cmd 6 connection 0 flag 1 {"connections":{"1":1,"2":2}}|m
null
  0: cmd 6 connection 0 flag 1 {"connections":{"1":1}}|m
null
null
Warning: GatewayClient\Gateway::sendToAll(): bad $client_id_array:'no list'
null
null
  0: cmd 6 connection 0 flag 3 {"exclude":{"1":1}}|m
GatewayClient\GatewayException: client_id bad is invalid
GatewayClient\GatewayException: client_id bad is invalid
GatewayClient\GatewayException: client_id  is invalid
TypeError: GatewayClient\Gateway::sendToAll(): Argument #2 ($client_id_array) must be of type string, array given
null
  0: cmd 22 connection 0 flag 1 {"group":[7],"exclude":{"1":1}}|m
true
  0: cmd 7 connection 1 flag 0 |a:1:{i:0;s:4:"last";}
true
  0: cmd 7 connection 1 flag 1 |
true
  0: cmd 8 connection 1 flag 1 |
true
  0: cmd 204 connection 1 flag 1 a:0:{}|
true
  0: cmd 204 connection 1 flag 1 |
Deprecated: GatewayClient\Gateway::getAllClientInfo(): Gateway::getAllClientInfo is deprecated and will be removed in a future, please use Gateway::getAllClientSessions instead.
[]
  0: cmd 10 connection 0 flag 1 |
Deprecated: GatewayClient\Gateway::getClientInfoByGroup(): Gateway::getClientInfoByGroup is deprecated and will be removed in a future, please use Gateway::getClientSessionsByGroup instead.
[]
  0: cmd 23 connection 0 flag 1 g|
GatewayClient\GatewayException: client_id NULL is invalid: there is no current client
GatewayClient\GatewayException: destoryCurrentClient can not be called in async context
