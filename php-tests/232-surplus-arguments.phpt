--TEST--
Surplus arguments are ignored, as the package does: callbacks get value and key
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (PHP_DEBUG) {
    die('skip a debug build of PHP ends when arginfo and arguments differ');
}
?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(1);
Gateway::$registerAddress = $c->register;
function told($what, $result)
{
    echo $what, ': ', json_encode($result), ' ',
        implode(' ', $GLOBALS['c']->frames(1)), "\n";
}
told('optional ones given', Gateway::sendToUid('u', 'more', false, 'surplus'));
$ids = ['key' => $c->id(7)];
told('walked', array_walk($ids, 'GatewayClient\Gateway::isOnline'));
told('no parameters', Gateway::getAllGroupIdList('surplus'));
?>
--EXPECT--
optional ones given: null 0: cmd 14 connection 0 flag 1 ["u"]|more
walked: true 0: cmd 11 connection 7 flag 1 |
no parameters: [] 0: cmd 26 connection 0 flag 1 |
