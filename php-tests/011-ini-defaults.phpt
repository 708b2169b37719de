--TEST--
Settings are the defaults of the static properties, also at run time
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--INI--
gatewayclient.register_address="10.0.0.1:1236, 10.0.0.2:1236"
gatewayclient.secret_key=ini key
gatewayclient.connect_timeout=0.5
gatewayclient.persistent=off
--FILE--
<?php
use GatewayClient\Gateway;

class Own extends Gateway
{
    public static $secretKey = 'own key';
}

function state(string $class): void
{
    echo json_encode([$class::$registerAddress, $class::$secretKey, $class::$connectTimeout,
                      $class::$persistentConnection, $class::$addressesCacheDisable]), "\n";
}

state(Gateway::class);
state(Own::class);
ini_set('gatewayclient.register_address', '10.0.0.3:1236');
ini_set('gatewayclient.connect_timeout', '2');
ini_set('gatewayclient.persistent', '1');
state(Own::class);
Gateway::$registerAddress = 'mine:1';
state(Gateway::class);
Gateway::$connectTimeout = 4;
ini_set('gatewayclient.timeout', '7'); // has no property
state(Gateway::class);
ini_restore('gatewayclient.register_address');
state(Gateway::class);
?>
--EXPECT--
[["10.0.0.1:1236","10.0.0.2:1236"],"ini key",0.5,false,false]
[["10.0.0.1:1236","10.0.0.2:1236"],"own key",0.5,false,false]
["10.0.0.3:1236","own key",2,true,false]
["mine:1","ini key",2,true,false]
["mine:1","ini key",4,true,false]
[["10.0.0.1:1236","10.0.0.2:1236"],"ini key",4,true,false]
