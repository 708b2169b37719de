--TEST--
Context: client ids, sessions, the current client
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Context;

short_warnings();
attempt(function () { return Context::clientIdToAddress('7f0000010b8600000001'); });
attempt(function () { return Context::clientIdToAddress('FFFFFFFFFFFFFFFFFFFF'); });
foreach (['', 'zz', null, 12, 1.5, true, str_repeat('g', 20), str_repeat('0', 21), "7f0000010b860000000\0"] as $bad) {
    attempt(function () use ($bad) { return Context::clientIdToAddress($bad); });
}
attempt(function () { return Context::clientIdToAddress([]); });
attempt(function () { return Context::clientIdToAddress(new stdClass); });
attempt(function () { return Context::addressToClientId(2130706433, '2950', 1); });
attempt(function () { return Context::addressToClientId(0xffffffff, 65535, 4294967295); });

foreach ([[], ['a' => 1.5, 'b' => [true, null]], 'text', '', null, 0] as $session) {
    $text = Context::sessionEncode($session);
    show([$text, $text === '' ? '' : Context::sessionDecode($text) === $session]);
}
show([Context::sessionEncode(), Context::sessionDecode('')]);
attempt(function () { return Context::sessionDecode('a:1:{'); });
attempt(function () { return Context::sessionDecode('nonsense'); });
attempt(function () { return Context::sessionEncode(function () {}); });

class Mine extends Context
{
}
Context::$client_id = 'x';
Mine::$old_session = ['a'];
Mine::clear();
show([Context::$client_id, Context::$old_session]);
?>
--EXPECT--
{"local_ip":2130706433,"local_port":2950,"connection_id":1}
{"local_ip":4294967295,"local_port":65535,"connection_id":4294967295}
GatewayClient\GatewayException: client_id  is invalid
GatewayClient\GatewayException: client_id zz is invalid
GatewayClient\GatewayException: client_id  is invalid
GatewayClient\GatewayException: client_id 12 is invalid
GatewayClient\GatewayException: client_id 1.5 is invalid
GatewayClient\GatewayException: client_id 1 is invalid
GatewayClient\GatewayException: client_id gggggggggggggggggggg is invalid
GatewayClient\GatewayException: client_id 000000000000000000000 is invalid
GatewayClient\GatewayException: client_id 7f0000010b860000000 is invalid
TypeError: GatewayClient\Context::clientIdToAddress(): Argument #1 ($client_id) must be of type string, array given
Error: Object of class stdClass could not be converted to string
"7f0000010b8600000001"
"ffffffffffffffffffff"
["a:0:{}",true]
["a:2:{s:1:\"a\";d:1.5;s:1:\"b\";a:2:{i:0;b:1;i:1;N;}}",true]
["s:4:\"text\";",true]
["",""]
["N;",true]
["i:0;",true]
["",false]
Warning: GatewayClient\Context::sessionDecode(): cannot unserialize: error at offset 5 of 5 bytes
false
Warning: GatewayClient\Context::sessionDecode(): cannot unserialize: error at offset 0 of 8 bytes
false
Exception: Serialization of 'Closure' is not allowed
[null,null]
