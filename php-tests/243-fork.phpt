--TEST--
After fork() parent and child each use connections of their own
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (!function_exists('pcntl_fork')) die('skip no pcntl');
?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(1);
Gateway::sendToUid('u', 'before');
show(count($c->log()));
$pid = pcntl_fork();
if ($pid === 0) {
    $ok = Gateway::isOnline($c->id(1)) === 0;
    Gateway::sendToUid('u', 'child');
    $ok = $ok && Gateway::flush();
    // Not exit: the scripted peer belongs to the parent.
    pcntl_exec('/bin/sh', ['-c', $ok ? 'exit 7' : 'exit 1']);
}
pcntl_waitpid($pid, $status);
show(pcntl_wexitstatus($status) === 7);
show(Gateway::isOnline($c->id(1)));
Gateway::sendToUid('u', 'parent');
show(Gateway::flush());
foreach ($c->log(6 * 28 + 2 * 5 + 11) as $entry) {
    echo 'connection ', $entry['connection'], ':';
    foreach (split_frames($entry['bytes']) as $frame) {
        echo ' ', $frame['cmd'], ' ', $frame['body'];
    }
    echo "\n";
}
?>
--EXPECT--
1
true
0
true
connection 1: 11  14 parent 11 
connection 2: 11  14 child 11 
