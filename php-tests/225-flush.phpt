--TEST--
flush(): true when every gateway has handled what was sent
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(2);
echo "nothing sent\n";
attempt(function () { return Gateway::flush(); });
show($c->frames(0));
echo "sent to all\n";
Gateway::sendToAll('x');
attempt(function () { return Gateway::flush(); });
show($c->frames(2));
echo "again, nothing left to confirm\n";
attempt(function () { return Gateway::flush(); });
show($c->frames(0));
echo "one stalls\n";
$c->mode(1, 'stalled');
Gateway::sendToAll('y');
attempt(function () {
    return within(8, function () { return Gateway::flush(); }); // the other one answers
});
echo "not persistent: cannot be told\n";
Gateway::$persistentConnection = false;
$c->mode(1, 'normal');
Gateway::sendToAll('z');
attempt(function () { return Gateway::flush(); });
?>
--EXPECT--
nothing sent
true
[]
sent to all
true
["0: cmd 6 connection 0 flag 1 |x","1: cmd 6 connection 0 flag 1 |x"]
again, nothing left to confirm
true
[]
one stalls
Warning: GatewayClient\Gateway::flush(): 1 gateway failed: timed out waiting for tcp://127.0.0.1:PORT
false
not persistent: cannot be told
Warning: GatewayClient\Gateway::flush(): 2 gateways failed: 1 sent to tcp://127.0.0.1:PORT and not confirmed: the connection is gone; 1 sent to tcp://127.0.0.1:PORT and not confirmed: the connection is gone
false
