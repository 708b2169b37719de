--TEST--
exit in a warning handler, and Gateway calls in shutdown functions and destructors
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(1);
$c->set(['order' => [$c->gateways[0], dead_address()]]);
class Last
{
    public function __destruct()
    {
        global $c;
        echo 'destructor: ', Gateway::isOnline($c->id(1)), "\n";
    }
}
$last = new Last;
register_shutdown_function(function () use ($c) {
    restore_error_handler();
    echo 'shutdown: ';
    show(@Gateway::getAllGroupIdList());
});
set_error_handler(function () {
    echo "handler\n";
    exit;
});
Gateway::sendToAll(['x' => [1, 2]]);
echo "not reached\n";
?>
--EXPECT--
handler
shutdown: []
destructor: 0
