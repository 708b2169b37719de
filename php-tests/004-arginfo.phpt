--TEST--
gatewayclient_arginfo.h is generated from the stub as it is
--SKIPIF--
<?php if (!is_file(dirname(__DIR__) . '/ext/gatewayclient.stub.php')) die('skip outside the source tree'); ?>
--FILE--
<?php
$ext = dirname(__DIR__) . '/ext';
$hash = sha1(str_replace("\r\n", "\n", file_get_contents("$ext/gatewayclient.stub.php")));
preg_match('/Stub hash: (\w+)/', file_get_contents("$ext/gatewayclient_arginfo.h"), $m);
echo $m[1] === $hash ? "up to date\n" : "run scripts/gen-arginfo\n";
?>
--EXPECT--
up to date
