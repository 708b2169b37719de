--TEST--
A Register that is down, silent, broken, or has no gateway: exceptions that say so
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(1);
$dead = [dead_address(), dead_address()];
function tell(callable $call): void
{
    global $c, $dead;
    try {
        show($call());
    } catch (GatewayClient\GatewayException $e) {
        echo str_replace([$c->register, $dead[0], $dead[1]], ['REGISTER', 'DEAD1', 'DEAD2'],
                         $e->getMessage()), "\n";
    }
}

Gateway::$addressesCacheDisable = true;
echo "down: ";
Gateway::$registerAddress = $dead;
tell(function () { return Gateway::getAllClientCount(); });
echo "the first is down: ";
Gateway::$registerAddress = [$dead[0], $c->register];
tell(function () { return Gateway::getAllClientCount(); });
Gateway::$registerAddress = $c->register;
echo "wrong key: ";
$c->set(['registerKey' => 'right']);
Gateway::$secretKey = 'wrong-secret';
tell(function () { return Gateway::sendToAll('x'); });
Gateway::$secretKey = '';
$c->set(['registerKey' => null, 'registerLine' => "no json\n"]);
echo "no JSON: ";
tell(function () { return Gateway::sendToAll('x'); });
$c->set(['registerLine' => '{"event":"broadcast_addresses","addresses":[]}' . "\n"]);
echo "empty list: ";
tell(function () { return Gateway::sendToAll('x'); });
$c->set(['registerLine' => '{"event":"broadcast_addresses","addresses":{"0":"' . $c->gateways[0] . '","4":"' . $c->gateways[0] . "\"}}\n"]);
echo "an object: ";
tell(function () { return Gateway::getAllClientCount(); });
$c->set(['registerSilent' => true]);
echo "silence: ";
tell(function () {
    return within(0.3, function () { return Gateway::sendToAll('x'); });
});

$c->set(['registerSilent' => false, 'registerLine' => null]);
echo "settings that are none: \n";
foreach ([[], '', 'nohost', ['a:1', 'b'], 12] as $address) {
    Gateway::$registerAddress = $address;
    tell(function () { return Gateway::sendToAll('x'); });
}
Gateway::$registerAddress = array_fill(0, 65, $c->register);
tell(function () { return Gateway::sendToAll('x'); });
Gateway::$registerAddress = $c->register;
foreach (["\xff", str_repeat('k', 65537)] as $key) {
    Gateway::$secretKey = $key;
    tell(function () { return Gateway::sendToAll('x'); });
}
Gateway::$secretKey = '';
foreach ([0, -1, 'x', null] as $timeout) {
    Gateway::$connectTimeout = $timeout;
    tell(function () { return Gateway::sendToAll('x'); });
}
echo "as short as it gets: ";
Gateway::$connectTimeout = 0.0001;
Gateway::$registerAddress = $dead[0];
tell(function () { return Gateway::sendToAll('x'); });

echo "nothing of these was sent: ";
Gateway::$connectTimeout = 3;
Gateway::$registerAddress = $c->register;
tell(function () { return Gateway::sendToAll('y'); });
show(array_values(preg_grep('/cmd 6 /', $c->frames(1))));
?>
--EXPECT--
down: Can not connect to tcp://DEAD1 Connection refused; tcp://DEAD2 Connection refused
the first is down: 0
wrong key: getAllGatewayAddressesFromRegister fail. tcp://REGISTER return false (closed without an answer: wrong or missing secret key?)
no JSON: getAllGatewayAddressesFromRegister fail. tcp://REGISTER return 'no json'
empty list: Gateway::getAllGatewayAddressesFromRegister() with registerAddress:"REGISTER"  return array (
)
an object: 0
silence: getAllGatewayAddressesFromRegister fail. tcp://REGISTER return false
settings that are none: 
registerAddress is empty
Can not connect to tcp://: not a host:port
Can not connect to tcp://nohost: not a host:port
Can not connect to tcp://b: not a host:port
Can not connect to tcp://12: not a host:port
registerAddress has too many addresses
secretKey must be UTF-8 and at most 65536 bytes
secretKey must be UTF-8 and at most 65536 bytes
connectTimeout must be greater than 0
connectTimeout must be greater than 0
connectTimeout must be greater than 0
connectTimeout must be greater than 0
as short as it gets: Can not connect to tcp://DEAD1 Connection refused
nothing of these was sent: null
["0: cmd 6 connection 0 flag 1 |y"]
