--TEST--
GatewayProtocol: frames and back
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\GatewayProtocol;

short_warnings();
$data = ['cmd' => 5, 'local_ip' => 2130706433, 'local_port' => 2900, 'client_ip' => 1,
         'client_port' => 2, 'connection_id' => 7, 'flag' => GatewayProtocol::FLAG_NOT_CALL_ENCODE,
         'gateway_port' => 7272, 'ext_data' => 'ext', 'body' => 'body'];
$frame = GatewayProtocol::encode($data);
show(bin2hex($frame));
show(GatewayProtocol::decode($frame));
foreach (['', 12, 1.5, true, false, null, ['a' => 1], new stdClass] as $body) {
    $frame = GatewayProtocol::encode(['cmd' => 6, 'body' => $body] + GatewayProtocol::$empty);
    $back = GatewayProtocol::decode($frame);
    show([$back['flag'], $back['body'], GatewayProtocol::input($frame) === strlen($frame)]);
}
show([GatewayProtocol::input(''), GatewayProtocol::input(str_repeat("\0", 27)),
      GatewayProtocol::input("\0\1\0\0" . str_repeat("\0", 24))]);
// unserialize('') is false without a word.
show(GatewayProtocol::decode(pack('NCNnNnNCnN', 28, 201, 0, 0, 0, 0, 0, 0, 0, 0))['body']);
attempt(function () { return GatewayProtocol::decode('short'); });
attempt(function () { return GatewayProtocol::decode(str_repeat("\xff", 40)); });
// A body ends where its frame does, whatever the buffer goes on with.
foreach (['i:4' => '2;', 's:3' => ':"abc";', 's:9999999' => ':"abc";', 'i:42;' => 'i:7;'] as $body => $more) {
    $frame = GatewayProtocol::encode(['flag' => GatewayProtocol::FLAG_NOT_CALL_ENCODE, 'body' => $body]);
    $frame[21] = "\0"; // no scalar: serialized
    attempt(function () use ($frame, $more) { return GatewayProtocol::decode($frame . $more)['body']; });
}
attempt(function () { return GatewayProtocol::encode('no array'); });
attempt(function () { return GatewayProtocol::encode(['ext_data' => []]); });
show(bin2hex(GatewayProtocol::encode(['cmd' => '8'])));

// $empty is a property like any other: written to, it changes, elsewhere not.
$copy = GatewayProtocol::$empty;
GatewayProtocol::$empty['cmd'] = 9;
$copy['flag'] = 1;
show([GatewayProtocol::$empty['cmd'], $copy['cmd'], GatewayProtocol::$empty['flag']]);
?>
--EXPECT--
"00000023057f0000010b5400000001000200000007031c6800000003657874626f6479"
{"pack_len":35,"cmd":5,"local_ip":2130706433,"local_port":2900,"client_ip":1,"client_port":2,"connection_id":7,"flag":3,"gateway_port":7272,"ext_len":3,"ext_data":"ext","body":"body"}
[1,"",true]
[1,"12",true]
[1,"1.5",true]
[1,"1",true]
[1,"",true]
[0,null,true]
[0,{"a":1},true]
[0,{"__PHP_Incomplete_Class_Name":"stdClass"},true]
[0,0,65536]
false
Warning: GatewayClient\GatewayProtocol::decode(): not a whole frame: more bytes are needed
false
Warning: GatewayClient\GatewayProtocol::decode(): not a whole frame: malformed data
false
Warning: GatewayClient\GatewayProtocol::decode(): cannot unserialize: error at offset 0 of 3 bytes
false
Warning: GatewayClient\GatewayProtocol::decode(): cannot unserialize: error at offset 0 of 3 bytes
false
Warning: GatewayClient\GatewayProtocol::decode(): cannot unserialize: error at offset 0 of 9 bytes
false
42
TypeError: GatewayClient\GatewayProtocol::encode(): Argument #1 ($data) must be of type array, string given
TypeError: GatewayClient\GatewayProtocol::encode(): Argument #1 ($data) must be of type string, array given
"0000001c080000000000000000000000000000000001000000000000"
[9,0,0]
