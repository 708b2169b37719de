--TEST--
The memory limit is hit while a reply is collected: the client goes on to work
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (getenv('USE_ZEND_ALLOC') === '0') die('skip no memory limit without Zend allocator');
?>
--INI--
memory_limit=8M
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

ini_set('display_errors', '0');
$c = new Cluster(1);
register_shutdown_function(function () use ($c) {
    global $line;
    $error = error_get_last();
    // PHP up to early 8.2 leaves the call at once, later ones end it first.
    echo preg_match('/Allowed memory size|memory limit/', $error['message']) ? 'limit' : 'no limit',
        $error['line'] === $line ? ' in the call' : ' elsewhere', "\n";
    // The next calls get their own replies, not what was left of that one.
    // Where the call was left, what it had is freed at the request's end.
    ini_set('memory_limit', '64M');
    show(Gateway::isOnline($c->id(1)));
    Gateway::sendToAll('after');
    show($c->frames(2));
    show(Gateway::flush());
});
// 20,000 groups of 500 bytes: the library may hold them, PHP may not.
$c->manyGroups(0, 20000, 500);
$line = __LINE__ + 1;
Gateway::getAllGroupIdList();
echo "not reached\n";
?>
--EXPECT--
limit in the call
0
["0: cmd 11 connection 1 flag 1 |","0: cmd 26 connection 0 flag 1 |","0: cmd 6 connection 0 flag 1 |after"]
true
