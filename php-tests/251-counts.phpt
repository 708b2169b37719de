--TEST--
Counts of gateways add up alike in one question and in many, whatever they are
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(2);
foreach ([[3, 4], [PHP_INT_MAX, PHP_INT_MAX]] as $counts) {
    foreach ($counts as $i => $count) {
        $c->rawReplies($i, serialize($count), serialize(['g' => $count]));
    }
    $one = Gateway::getClientIdCountByGroup('g');
    show(Gateway::batchGetClientIdCountByGroup(['g']) === ['g' => $one]);
}
?>
--EXPECT--
true
true
