--TEST--
A session is not held in the client when its call has returned it
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (!is_readable('/proc/self/status')) die('skip no /proc');
if (getenv('USE_ZEND_ALLOC') === '0') die('skip memory is not given back without Zend allocator');
?>
--INI--
memory_limit=-1
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

function memory(): int // in MiB
{
    preg_match('/RssAnon:\s*(\d+) kB/', file_get_contents('/proc/self/status'), $found);
    return $found[1] >> 10;
}

$c = new Cluster(1);
$c->rawReplies(0, serialize(['n' => 1]));
show(Gateway::getSession($c->id(1)));
$before = memory();
$c->manyGroups(0, 1, 12000000); // any array will do
show(strlen(Gateway::getSession($c->id(1))[0]));
show(memory() - $before < 6);
?>
--EXPECT--
{"n":1}
12000000
true
