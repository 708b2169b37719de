--TEST--
Inside a BusinessWorker: __get(), what goes while it is used, $_SESSION that is no array
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Context;
use GatewayClient\Gateway;

class Connection
{
    public $sent = 0;
    public function send($buffer, $raw)
    {
        if ($GLOBALS['leaves']) {
            $GLOBALS['connection'] = 'gone';
            echo "  sending\n";
        }
        $this->sent++;
        return $this->sent;
    }
    public function __destruct()
    {
        echo "  destroyed\n";
    }
}
class Worker
{
    public $gatewayConnections = [];
}
class Proxy
{
    public $of;
    public function __isset($name)
    {
        return true;
    }
    public function __get($name)
    {
        return $this->of + ['other' => str_repeat('x', 10000)];
    }
}
class Texts
{
    public string $text = 'text';
}
const ADDRESS = '127.0.0.1:2900';
$id = Context::addressToClientId(ip2long('127.0.0.1'), 2900, 1);

echo "__get()\n";
$leaves = false;
$connection = new Connection;
$worker = new Proxy;
$worker->of = [ADDRESS => $connection];
Gateway::setBusinessWorker($worker);
Gateway::bindUid($id, 'u');
$before = memory_get_usage();
for ($i = 0; $i < 100; $i++) {
    Gateway::bindUid($id, 'u');
    Gateway::ungroup('g');
}
show([$connection->sent, memory_get_usage() - $before < 10000]);

echo "send() lets its own connection go\n";
$leaves = true;
$worker->of = [];
$worker = new Worker;
$worker->gatewayConnections = [ADDRESS => &$connection];
Gateway::setBusinessWorker($worker);
$sent = $connection->sent;
show([Gateway::sendToClient($id, 'm') === $sent + 1, $connection]);

echo "\$_SESSION\n";
$worker->gatewayConnections = [];
Context::$local_ip = ip2long('127.0.0.1');
Context::$local_port = 2900;
Context::$connection_id = 1;
Context::$client_id = $id;
foreach ([(object)['a' => 1], 'text', null] as $_SESSION) {
    Gateway::updateSession($id, ['b' => 2]);
    show([$_SESSION, Context::$old_session]);
}
unset($_SESSION);
Gateway::updateSession($id, ['c' => 3]);
show([$_SESSION, Context::$old_session]);
$texts = new Texts;
$_SESSION = &$texts->text;
Context::$old_session = 'old';
attempt(function () use ($id) { return Gateway::setSession($id, ['a' => 1]); });
show([$texts, Context::$old_session]);
unset($_SESSION);

echo "Context changes while it is read\n";
$leaves = false;
$connection = new Connection;
$worker->gatewayConnections = ['0.0.0.1:2901' => $connection];
$port = 2900;
Context::$local_ip = new stdClass; // 1, and a warning
Context::$local_port = &$port;
set_error_handler(function () {
    unset($GLOBALS['port']);
    $other = 2901;
    Context::$local_port = &$other;
    return true;
});
show(Gateway::sendToClient(null, 'm'));
restore_error_handler();
Context::$local_ip = ip2long('127.0.0.1');

echo "A ring\n";
$ring = ['a' => 1];
$ring['ring'] = &$ring;
$_SESSION = $ring;
$other = ['a' => 2];
$other['ring'] = &$other;
try {
    @Gateway::updateSession($id, $other);
    if (PHP_VERSION_ID < 80000) { // a warning, and no error
        show([ucfirst(explode('(): ', error_get_last()['message'])[1]), 'old', 1]);
    }
} catch (Error $e) {
    show([$e->getMessage(), Context::$old_session, $_SESSION['a']]);
}
?>
--EXPECT--
__get()
[201,true]
send() lets its own connection go
  sending
  destroyed
[true,"gone"]
$_SESSION
[{"a":1,"b":2},{"a":1,"b":2}]
[{"0":"text","b":2},{"0":"text","b":2}]
[{"b":2},{"b":2}]
[{"c":3},{"c":3}]
TypeError: Cannot assign array to reference held by property Texts::$text of type string
[{"text":"text"},"old"]
Context changes while it is read
1
A ring
["Recursion detected","old",1]
  destroyed
