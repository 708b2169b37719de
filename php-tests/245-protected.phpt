--TEST--
What subclasses may call
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;
use GatewayClient\GatewayProtocol;

class Own extends Gateway
{
    public static function __callStatic($method, $arguments)
    {
        return null;
    }
    public static function call($method, ...$arguments)
    {
        return static::$method(...$arguments);
    }
}
short_warnings();
$c = new Cluster(2);
function run(string $method, ...$arguments): void
{
    global $c;
    echo $method, ': ';
    ob_start();
    attempt(function () use ($method, $arguments) { return Own::call($method, ...$arguments); });
    $text = ob_get_clean();
    foreach ($c->gateways as $i => $address) {
        $text = str_replace([$address, explode(':', $address)[1]], ["GATEWAY$i", "PORT$i"], $text);
    }
    echo $text;
}
function told(int $count): void
{
    global $c;
    foreach ($c->frames($count) as $frame) {
        echo '  ', $frame, "\n";
    }
}
$data = ['cmd' => GatewayProtocol::CMD_SEND_TO_ONE, 'connection_id' => 3, 'body' => 'm'] + GatewayProtocol::$empty;

run('isValidGroupId', 'g');
run('isValidGroupId', '0');
run('sendCmdAndMessageToClient', $c->id(1), GatewayProtocol::CMD_BIND_UID, '', 'u');
told(1);
run('sendToGateway', $c->gateways[1], $data);
told(1);
run('sendBufferToGateway', $c->gateways[0], GatewayProtocol::encode($data) . GatewayProtocol::encode($data));
told(2);
run('sendBufferToGateway', $c->gateways[0], 'no frame');
run('sendToGateway', 'nowhere', $data);
run('sendToGateway', '256.0.0.1:80', $data);
run('sendToGateway', '127.0.0.1:65536', $data);
run('sendToGateway', '127.0.0.1:80 ', $data);
run('sendToAllGateway', ['cmd' => 6, 'body' => ['x']] + GatewayProtocol::$empty);
told(2);
$c->replies(1, ['a' => 1]);
run('sendAndRecv', $c->gateways[1], ['cmd' => 203, 'connection_id' => 3]);
$c->replies(0, 1);
$c->replies(1, 2);
run('getBufferFromAllGateway', ['cmd' => 24] + GatewayProtocol::$empty);
told(3);
run('select');
told(2);
run('select', ['uid'], ['groups' => ['g']]);
told(2);
$c->replies(1, [5 => ['uid' => 'u']]);
run('select', ['uid'], ['client_id' => [$c->id(5, 1)]]);
told(1);
run('select', ['uid'], ['client_id' => [$c->id(5, 1)], 'groups' => ['g']]);
told(2);
$c->mode(0, 'closing');
$c->drop();
$c->replies(1, [5 => ['uid' => 'u']], [5 => ['uid' => 'u']]);
run('select', ['uid'], ['client_id' => [$c->id(5), $c->id(5, 1)]]);
told(1);
run('select', ['uid'], ['client_id' => [$c->id(5)], 'groups' => ['g']]);
told(1);
run('select', ['uid'], ['client_id' => [$c->id(5)]]);
$c->mode(0, 'normal');
$unlisted = bin2hex(pack('NnN', ip2long('127.0.0.1'), 1, 5));
$c->replies(1, [5 => ['uid' => 'u']]);
run('select', ['uid'], ['client_id' => [$unlisted, $c->id(5, 1)]]);
told(1);
run('select', ['uid'], ['client_id' => [$unlisted]]);
$registers = Own::$registerAddress;
Own::$registerAddress = '127.0.0.1:1';
run('select', ['uid'], ['client_id' => [$c->id(5), $c->id(5, 1)]]);
Own::$registerAddress = $registers;
run('kickAddress', $c->gateways[0], 3, null);
run('kickAddress', $c->gateways[0], 3, 'bye');
run('destroyAddress', $c->gateways[0], 3);
told(3);
run('clientIdArrayToAddressArray', [$c->id(1), $c->id(2), $c->id(1, 1)]);
Own::$secretKey = 'k';
show(bin2hex(Own::call('generateAuthBuffer')));
Own::$secretKey = '';
run('getAllGatewayAddress');
run('getAllGatewayAddressesFromRegister');
attempt(function () { return Gateway::select(); });
?>
--EXPECTF--
isValidGroupId: true
isValidGroupId: Warning: GatewayClient\Gateway::isValidGroupId(): group('0') empty
false
sendCmdAndMessageToClient: true
  0: cmd 12 connection 1 flag 1 u|
sendToGateway: true
  1: cmd 5 connection 3 flag 1 |m
sendBufferToGateway: true
  0: cmd 5 connection 3 flag 1 |m
  0: cmd 5 connection 3 flag 1 |m
sendBufferToGateway: GatewayClient\GatewayException: the buffer is not a whole frame
sendToGateway: GatewayClient\GatewayException: nowhere is not ip:port
sendToGateway: GatewayClient\GatewayException: 256.0.0.1:80 is not ip:port
sendToGateway: GatewayClient\GatewayException: 127.0.0.1:65536 is not ip:port
sendToGateway: GatewayClient\GatewayException: 127.0.0.1:80  is not ip:port
sendToAllGateway: null
  0: cmd 6 connection 0 flag 0 |a:1:{i:0;s:1:"x";}
  1: cmd 6 connection 0 flag 0 |a:1:{i:0;s:1:"x";}
sendAndRecv: {"a":1}
getBufferFromAllGateway: {"2130706433":{"PORT0":1,"PORT1":2}}
  0: cmd 24 connection 0 flag 1 |
  1: cmd 203 connection 3 flag 1 |
  1: cmd 24 connection 0 flag 1 |
select: {"2130706433":{"PORT0":[],"PORT1":[]}}
  0: cmd 25 connection 0 flag 1 {"fields":["session","uid","groups"],"where":[]}|
  1: cmd 25 connection 0 flag 1 {"fields":["session","uid","groups"],"where":[]}|
select: {"2130706433":{"PORT0":[],"PORT1":[]}}
  0: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"groups":["g"]}}|
  1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"groups":["g"]}}|
select: {"2130706433":{"PORT1":{"5":{"uid":"u"}}}}
  1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"connection_id":{"5":5}}}|
select: {"2130706433":{"PORT1":[],"PORT0":[]}}
  0: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"groups":["g"],"connection_id":[]}}|
  1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"groups":["g"],"connection_id":{"5":5}}}|
select: Warning: GatewayClient\Gateway::select(): 1 gateway failed: connection close tcp://127.0.0.1:PORT
{"2130706433":{"PORT1":{"5":{"uid":"u"}}}}
  1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"connection_id":{"5":5}}}|
select: Warning: GatewayClient\Gateway::select(): 1 gateway failed: connection close tcp://127.0.0.1:PORT
{"2130706433":{"PORT1":{"5":{"uid":"u"}}}}
  1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"groups":["g"],"connection_id":[]}}|
select: Warning: GatewayClient\Gateway::select(): 1 gateway failed: connection close tcp://127.0.0.1:PORT
[]
select: {"2130706433":{"PORT1":{"5":{"uid":"u"}}}}
  1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"connection_id":{"5":5}}}|
select: []
select: GatewayClient\GatewayException: not connecting to tcp://GATEWAY0: Can not connect to tcp://127.0.0.1:1 Connection refused
kickAddress: true
kickAddress: true
destroyAddress: true
  0: cmd 7 connection 3 flag 0 |N;
  0: cmd 7 connection 3 flag 1 |bye
  0: cmd 8 connection 3 flag 1 |
clientIdArrayToAddressArray: {"GATEWAY0":{"1":1,"2":2},"GATEWAY1":{"1":1}}
"0000002eca00000000000000000000000000000000010000000000007b227365637265745f6b6579223a226b227d"
getAllGatewayAddress: ["GATEWAY0","GATEWAY1"]
getAllGatewayAddressesFromRegister: ["GATEWAY0","GATEWAY1"]
Error: Call to protected method GatewayClient\Gateway::select() from %s
