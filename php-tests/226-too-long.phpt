--TEST--
A message with one gateway's receivers above 10 MiB is an exception, and no gateway gets it
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(2);
$ids = [$c->id(1), $c->id(1, 1), $c->id(2, 1)]; // two of them are the second gateway's
$message = function (string $ext): string { // as long as the first gateway's share lets it be
    return str_repeat('x', 10 * 1024 * 1024 - 28 - strlen($ext));
};

attempt(function () use ($ids, $message) {
    return Gateway::sendToAll($message('{"connections":{"1":1}}'), $ids);
});
attempt(function () use ($ids, $message) {
    return Gateway::sendToAll($message('{"exclude":{"1":1}}'), null, $ids);
});
attempt(function () use ($ids, $message) {
    return Gateway::sendToGroup('g', $message('{"group":["g"],"exclude":{"1":1}}'), $ids);
});
Gateway::sendToAll('short');
foreach ($c->frames(2) as $frame) {
    echo '  ', $frame, "\n";
}
?>
--EXPECT--
GatewayClient\GatewayException: the frame is larger than gateways accept (10485760 bytes)
GatewayClient\GatewayException: the frame is larger than gateways accept (10485760 bytes)
GatewayClient\GatewayException: the frame is larger than gateways accept (10485760 bytes)
  0: cmd 6 connection 0 flag 1 |short
  1: cmd 6 connection 0 flag 1 |short
