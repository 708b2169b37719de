--TEST--
The memory limit is hit while a reply is collected: the client goes on to work
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (getenv('USE_ZEND_ALLOC') === '0') die('skip no memory limit without Zend allocator');
?>
--INI--
memory_limit=8M
gatewayclient.timeout=60
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

ini_set('display_errors', '0');
$c = new Cluster(1);
register_shutdown_function(function () use ($c) {
    echo strncmp(error_get_last()['message'], 'Allowed memory size', 19) ? 'no limit' : 'limit', "\n";
    // The next calls get their own replies, not what was left of that one.
    show(Gateway::isOnline($c->id(1)));
    Gateway::sendToAll('after');
    show($c->frames(2));
    show(Gateway::flush());
});
$groups = [];
for ($i = 0; $i < 3000; $i++) {
    $groups[] = str_repeat(chr(65 + $i % 26), 900) . $i;
    if ($i % 1000 == 999) {
        $all = serialize($groups);
    }
}
$groups = null;
// The peer has the reply; here only its keys' copies go beyond the limit.
$c->rawReplies(0, $all);
$all = null;
$held = str_repeat('x', 1 << 22);
Gateway::getAllGroupIdList();
echo "not reached\n";
?>
--EXPECT--
limit
0
["0: cmd 11 connection 1 flag 1 |","0: cmd 6 connection 0 flag 1 |after"]
true
