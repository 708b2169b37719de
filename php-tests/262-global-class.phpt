--TEST--
global_class: \Gateway is an alias, only when asked for
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--FILE--
<?php
require __DIR__ . '/support/package.php';
var_dump(class_exists('Gateway'));
$p = new Package;
$p->run('class Mine extends Gateway {} Gateway::$secretKey = "x";
    echo json_encode([(new ReflectionClass("Gateway"))->getName(), Mine::$secretKey,
        is_subclass_of("Mine", "GatewayClient\Gateway")]);', ['gatewayclient.global_class' => 1]);
?>
--EXPECT--
bool(false)
["GatewayClient\\Gateway","x",true]
