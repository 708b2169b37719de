--TEST--
Messages, sessions and frames do not show in stack traces
--SKIPIF--
<?php
if (!extension_loaded('gatewayclient')) die('skip no extension');
if (PHP_VERSION_ID < 80200) die('skip PHP 8.2 can hide arguments');
?>
--INI--
zend.exception_ignore_args=0
--FILE--
<?php
use GatewayClient\Context;
use GatewayClient\Gateway;
use GatewayClient\GatewayProtocol;

set_error_handler(function ($level, $text) {
    throw new ErrorException($text);
});
class Chat extends Gateway
{
}
$calls = [
    function () { Gateway::sendToClient('no id', 'secret'); },
    function () { Chat::closeClient('no id', ['secret']); },
    function () { Gateway::sendToAll('secret', ['no id']); },
    function () { Gateway::sendToGroup('', 'secret', 'shown'); },
    function () { Gateway::setSession('no id', ['secret']); },
    function () { Gateway::updateSession('no id', ['secret']); },
    function () { Gateway::setSocketSession('no id', 'secret'); },
    function () { Context::sessionDecode('secret'); },
    function () { GatewayProtocol::decode('secret'); },
];
foreach ($calls as $call) {
    try {
        $call();
    } catch (Exception $e) {
        foreach ($e->getTrace() as $frame) {
            if (strncmp($frame['class'] ?? '', 'GatewayClient', 13) === 0 && isset($frame['type'])
                && $frame['type'] === '::') {
                // PHP 8.4 shows that the object has no properties.
                $text = preg_replace(['/\(\s*\)/', '/\s+/'], ['', ' '], print_r($frame['args'], true));
                echo $frame['function'], ' ', trim($text), "\n";
            }
        }
        echo strpos(print_r($e, true) . $e, 'secret') === false ? "kept\n" : $e;
    }
}
?>
--EXPECT--
sendToClient Array ( [0] => no id [1] => SensitiveParameterValue Object )
kept
closeClient Array ( [0] => no id [1] => SensitiveParameterValue Object )
kept
sendToAll Array ( [0] => SensitiveParameterValue Object [1] => Array ( [0] => no id ) )
kept
sendToGroup Array ( [0] => [1] => SensitiveParameterValue Object [2] => shown )
kept
setSession Array ( [0] => no id [1] => SensitiveParameterValue Object )
kept
updateSession Array ( [0] => no id [1] => SensitiveParameterValue Object )
kept
setSocketSession Array ( [0] => no id [1] => SensitiveParameterValue Object )
kept
sessionDecode Array ( [0] => SensitiveParameterValue Object )
kept
decode Array ( [0] => SensitiveParameterValue Object )
kept
