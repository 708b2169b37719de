--TEST--
Where json is a module of its own, it may be loaded after us
--SKIPIF--
<?php
if (!extension_loaded('gatewayclient')) die('skip no extension');
if (!is_file(PHP_EXTENSION_DIR . '/json.' . PHP_SHLIB_SUFFIX)) die('skip json is a part of this PHP');
?>
--FILE--
<?php
$code = <<<'CODE'
    json_decode('{');
    try {
        GatewayClient\Gateway::sendToUid([[NAN]], 'nobody');
    } catch (GatewayClient\GatewayException $e) {
        echo $e->getMessage(), "\n", json_last_error_msg();
    }
    CODE;
echo shell_exec(escapeshellarg(getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY) . ' -n ' .
    getenv('TEST_PHP_EXTRA_ARGS') . ' -d extension=json -r ' . escapeshellarg($code) . ' 2>&1');
?>
--EXPECT--
a uid or group cannot be written as JSON
Syntax error
