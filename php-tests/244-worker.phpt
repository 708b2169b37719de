--TEST--
Inside a BusinessWorker: commands go over its connections, Context is the current client
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Context;
use GatewayClient\Gateway;
use GatewayClient\GatewayProtocol;

short_warnings();
class FakeConnection
{
    public static $sent = true;
    private $name;
    public function __construct(string $name)
    {
        $this->name = $name;
    }
    public function send($buffer, $raw = false)
    {
        $f = GatewayProtocol::decode($buffer);
        printf("  %s: cmd %d connection %d flag %d %s|%s raw=%s\n", $this->name, $f['cmd'],
            $f['connection_id'], $f['flag'], $f['ext_data'],
            is_string($f['body']) ? $f['body'] : serialize($f['body']), json_encode($raw));
        return self::$sent;
    }
}
class FakeWorker
{
    public $gatewayConnections;
    public $addresses = [];
    public function getAllGatewayAddresses()
    {
        return $this->addresses;
    }
}
class Own extends Gateway
{
    public static function call($method, ...$arguments)
    {
        return static::$method(...$arguments);
    }
}
$c = new Cluster(2);
$worker = new FakeWorker;
$worker->gatewayConnections = [
    $c->gateways[0] => new FakeConnection('first'),
    $c->gateways[1] => new FakeConnection('second'),
];
$worker->addresses = $c->gateways;
Gateway::setBusinessWorker($worker);
Gateway::$registerAddress = dead_address(); // nobody asks it

$a = $c->id(1);
$b = $c->id(2, 1);
$unknown = '0a0000010b5400000001';
foreach ([
    ['sendToAll', 'm'], ['sendToAll', ['x']], ['sendToAll', 'm', [$a, $b, $unknown]],
    ['sendToAll', 'm', [$a, $b], [$b]], ['sendToAll', 'm', null, [$b], true],
    ['sendToClient', $a, 'm'], ['sendToClient', $unknown, 'm'],
    ['sendToUid', 7, 'm'], ['sendToUid', ['u', 7], 'm'], ['sendToGroup', 'g', 'm'],
    ['sendToGroup', ['g', 7], 'm', $a, true],
    ['bindUid', $a, 'u'], ['unbindUid', $a, ''], ['joinGroup', $b, 7], ['leaveGroup', $unknown, 7],
    ['ungroup', 'g'], ['closeClient', $a], ['closeClient', $a, 'bye'], ['destroyClient', $b],
    ['setSession', $a, ['n' => 1]], ['updateSession', $a, ['n' => 2]], ['setSocketSession', $unknown, 'x'],
    ['isOnline', $unknown], ['getSession', $unknown],
] as $call) {
    $method = array_shift($call);
    echo $method, "\n";
    attempt(function () use ($method, $call) { return Gateway::$method(...$call); });
}

echo "what subclasses may call\n";
$data = ['cmd' => GatewayProtocol::CMD_SEND_TO_ONE, 'connection_id' => 3, 'body' => 'm'] + GatewayProtocol::$empty;
foreach ([
    ['sendCmdAndMessageToClient', $a, GatewayProtocol::CMD_BIND_UID, '', 'u'],
    ['sendToGateway', $c->gateways[1], $data], ['sendToGateway', '10.0.0.1:2900', $data],
    ['sendBufferToGateway', $c->gateways[0], GatewayProtocol::encode($data)],
    ['sendToAllGateway', $data], ['kickAddress', $c->gateways[0], 3, 'bye'],
    ['destroyAddress', $c->gateways[1], 3],
] as $call) {
    $method = array_shift($call);
    echo $method, "\n";
    attempt(function () use ($method, $call) { return Own::call($method, ...$call); });
}

echo "what send() returns\n";
foreach ([null, false] as FakeConnection::$sent) {
    ob_start(); // the frames were shown above
    $returned = [];
    foreach ([
        ['setSession', $a, ['n' => 1]], ['updateSession', $a, ['n' => 2]], ['setSocketSession', $a, 'x'],
        ['sendToClient', $a, 'm'], ['closeClient', $a], ['destroyClient', $a],
        ['bindUid', $a, 'u'], ['joinGroup', $a, 'g'], ['ungroup', 'g'], ['sendToAll', 'm', [$a]],
    ] as $call) {
        $method = array_shift($call);
        $returned[$method] = Gateway::$method(...$call);
    }
    ob_end_clean();
    show($returned);
}
FakeConnection::$sent = true;
attempt(function () use ($unknown) { return Gateway::setSession($unknown, []); });
attempt(function () use ($unknown) { return Gateway::updateSession($unknown, []); });

echo "questions go to the worker's gateways\n";
$c->replies(1, 1);
attempt(function () use ($b) { return Gateway::isOnline($b); });
$c->replies(0, 2);
$c->replies(1, 3);
attempt(function () { return Gateway::getAllClientCount(); });
$worker->addresses = [];
attempt(function () { return Gateway::getAllClientCount(); });
foreach ([[], [$c->gateways[0]]] as $part) { // the Register has just started
    $worker->addresses = $part;
    $c->replies(1, 1);
    attempt(function () use ($b) { return Gateway::isOnline($b); });
}
$worker->addresses = $c->gateways;

echo "the current client\n";
Context::$local_ip = ip2long('127.0.0.1');
Context::$local_port = (int)explode(':', $c->gateways[1])[1];
Context::$connection_id = 2;
Context::$client_id = $b;
$_SESSION = ['old' => 1, 'deep' => ['a' => 1]];
attempt(function () { return Gateway::bindUid(null, 'me'); });
attempt(function () use ($b) { return Gateway::updateSession($b, ['deep' => ['b' => 2]]); });
show([$_SESSION, Context::$old_session]);
$c->replies(0, [1 => serialize(['other' => 1])]);
$c->replies(1, [2 => serialize(['stale' => 1])]);
attempt(function () { return array_values(Gateway::getAllClientSessions()); });
attempt(function () use ($b) { return Gateway::setSession($b, ['new' => 1]); });
show([$_SESSION, Context::$old_session]);
attempt(function () { return Gateway::destoryCurrentClient(); });
attempt(function () use ($b) { return Gateway::destoryClient($b); });
Context::clear();

echo "and outside again\n";
Gateway::setBusinessWorker(null);
Gateway::$registerAddress = $c->register;
attempt(function () { return Gateway::getAllClientCount(); });
?>
--EXPECT--
sendToAll
  first: cmd 6 connection 0 flag 1 |m raw=true
  second: cmd 6 connection 0 flag 1 |m raw=true
null
sendToAll
  first: cmd 6 connection 0 flag 0 |a:1:{i:0;s:1:"x";} raw=true
  second: cmd 6 connection 0 flag 0 |a:1:{i:0;s:1:"x";} raw=true
null
sendToAll
  first: cmd 6 connection 0 flag 1 {"connections":{"1":1}}|m raw=true
  second: cmd 6 connection 0 flag 1 {"connections":{"2":2}}|m raw=true
null
sendToAll
  first: cmd 6 connection 0 flag 1 {"connections":{"1":1}}|m raw=true
null
sendToAll
  first: cmd 6 connection 0 flag 3 |m raw=true
  second: cmd 6 connection 0 flag 3 {"exclude":{"2":2}}|m raw=true
null
sendToClient
  first: cmd 5 connection 1 flag 1 |m raw=true
true
sendToClient
false
sendToUid
  first: cmd 14 connection 0 flag 1 [7]|m raw=true
  second: cmd 14 connection 0 flag 1 [7]|m raw=true
null
sendToUid
  first: cmd 14 connection 0 flag 1 ["u",7]|m raw=true
  second: cmd 14 connection 0 flag 1 ["u",7]|m raw=true
null
sendToGroup
  first: cmd 22 connection 0 flag 1 {"group":["g"],"exclude":null}|m raw=true
  second: cmd 22 connection 0 flag 1 {"group":["g"],"exclude":null}|m raw=true
null
sendToGroup
  first: cmd 22 connection 0 flag 3 {"group":["g",7],"exclude":{"1":1}}|m raw=true
  second: cmd 22 connection 0 flag 3 {"group":["g",7],"exclude":null}|m raw=true
null
bindUid
  first: cmd 12 connection 1 flag 1 u| raw=true
null
unbindUid
  first: cmd 13 connection 1 flag 1 | raw=true
null
joinGroup
  second: cmd 20 connection 2 flag 1 7| raw=true
null
leaveGroup
null
ungroup
  first: cmd 27 connection 0 flag 1 g| raw=true
  second: cmd 27 connection 0 flag 1 g| raw=true
null
closeClient
  first: cmd 7 connection 1 flag 0 |N; raw=true
true
closeClient
  first: cmd 7 connection 1 flag 1 |bye raw=true
true
destroyClient
  second: cmd 8 connection 2 flag 1 | raw=true
true
setSession
  first: cmd 204 connection 1 flag 1 a:1:{s:1:"n";i:1;}| raw=true
null
updateSession
  first: cmd 9 connection 1 flag 1 a:1:{s:1:"n";i:2;}| raw=true
null
setSocketSession
false
isOnline
0
getSession
null
what subclasses may call
sendCmdAndMessageToClient
  first: cmd 12 connection 1 flag 1 u| raw=true
true
sendToGateway
  second: cmd 5 connection 3 flag 1 |m raw=true
true
sendToGateway
false
sendBufferToGateway
  first: cmd 5 connection 3 flag 1 |m raw=true
true
sendToAllGateway
  first: cmd 5 connection 3 flag 1 |m raw=true
  second: cmd 5 connection 3 flag 1 |m raw=true
null
kickAddress
  first: cmd 7 connection 3 flag 1 |bye raw=true
true
destroyAddress
  second: cmd 8 connection 3 flag 1 | raw=true
true
what send() returns
{"setSession":null,"updateSession":null,"setSocketSession":null,"sendToClient":null,"closeClient":null,"destroyClient":null,"bindUid":null,"joinGroup":null,"ungroup":null,"sendToAll":null}
{"setSession":false,"updateSession":false,"setSocketSession":false,"sendToClient":false,"closeClient":false,"destroyClient":false,"bindUid":null,"joinGroup":null,"ungroup":null,"sendToAll":null}
false
false
questions go to the worker's gateways
1
5
GatewayClient\GatewayException: businessWorker::getAllGatewayAddresses return empty
1
1
the current client
  second: cmd 12 connection 2 flag 1 me| raw=true
null
  second: cmd 9 connection 2 flag 1 a:1:{s:4:"deep";a:1:{s:1:"b";i:2;}}| raw=true
null
[{"old":1,"deep":{"a":1,"b":2}},{"old":1,"deep":{"a":1,"b":2}}]
[{"other":1},{"old":1,"deep":{"a":1,"b":2}}]
  second: cmd 204 connection 2 flag 1 a:1:{s:3:"new";i:1;}| raw=true
null
[{"new":1},{"new":1}]
  second: cmd 8 connection 2 flag 1 | raw=true
true
  second: cmd 8 connection 2 flag 1 | raw=true
true
and outside again
0
