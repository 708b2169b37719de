--TEST--
disable_classes: requests go on without the class, whatever php.ini sets for it
--SKIPIF--
<?php
if (!extension_loaded('gatewayclient')) die('skip gatewayclient is not loaded');
if (ini_get('disable_classes') === false) die('skip PHP 8.5 has no disable_classes');
?>
--INI--
disable_classes=GatewayClient\Gateway
gatewayclient.register_address=127.0.0.1:9
gatewayclient.secret_key=k
gatewayclient.connect_timeout=1
gatewayclient.persistent=0
--FILE--
<?php
echo "runs\n";
var_dump(ini_set('gatewayclient.secret_key', 'other'));
try {
    GatewayClient\Gateway::sendToAll('hello');
} catch (Error $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
runs
string(1) "k"
Call to undefined method GatewayClient\Gateway::sendToAll()
