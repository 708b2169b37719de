--TEST--
getAllClientSessions() reads each session as getSession() does
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(1);
$deep = 'deepest';
for ($i = 0; $i < 20; $i++) {
    $deep = [$deep, 'level' => $i];
}
$sessions = array_map('serialize', [
    'plain' => ['uid' => 7, 'name' => 'Ann', 'admin' => true, 'room' => null, 'list' => [1, [], '']],
    'same again' => ['uid' => 7, 'name' => 'Ann', 'admin' => true, 'room' => null, 'list' => [1, [], '']],
    'other values' => ['uid' => 8, 'name' => 'Bob', 'admin' => false, 'room' => '8', 'list' => []],
    'keys' => [-5 => 1, '05' => 2, '' => 3, PHP_INT_MAX - 1 => 4],
    'negative' => [-5 => -7, 'x' => [-1 => -123456789012345678]],
    'numbers' => [PHP_INT_MIN, PHP_INT_MAX, -1, 0, 1.5],
    'deep' => [$deep],
    'long' => [str_repeat('x', 70000)],
    'object' => [new stdClass],
    'no array' => 'text',
]) + [
    'a key twice' => 'a:3:{s:1:"a";i:1;s:1:"b";i:2;s:1:"a";i:3;}',
    'a number as text' => 'a:2:{s:1:"5";i:1;s:2:"-7";i:2;}',
    'a number too large' => 'a:1:{i:0;i:9999999999999999999;}',
    'zeros in front' => 'a:1:{i:007;i:-0;}',
    'booleans' => 'a:2:{i:0;b:1;i:1;b:0;}',
    'a boolean 01' => 'a:1:{i:0;b:01;}',
    'a boolean -0' => 'a:1:{i:0;b:-0;}',
    'a boolean 2' => 'a:1:{i:0;b:2;}',
    'cut off' => 'a:1:{i:0;i:1;',
    'too few' => 'a:2:{i:0;i:1;}',
    'a length too long' => 'a:1:{s:9:"uid";i:1;}',
    'more after it' => 'a:0:{}x',
];

set_error_handler(function ($level, $text) {
    $GLOBALS['warnings'][] = preg_replace('/^\S+\(\): /', '', $text); // without the method
    return true;
});
function told(callable $call): array
{
    $GLOBALS['warnings'] = [];
    return [$call(), $GLOBALS['warnings']];
}
// One list of all, whose warnings come in its order.
$c->replies(0, array_combine(range(1, count($sessions)), $sessions));
[$list, $warnings] = told(function () { return array_values(Gateway::getAllClientSessions()); });
foreach (array_keys($sessions) as $i => $name) {
    $c->rawReplies(0, $sessions[$name]);
    [$one, $own] = told(function () use ($c) { return Gateway::getSession($c->id(1)); });
    $same = serialize($list[$i]) === serialize($one) && array_splice($warnings, 0, count($own)) === $own;
    echo $name, ': ', $same ? 'same' : 'differs', ', ', gettype($one), $own ? ' and a warning' : '', "\n";
}
show($warnings);
?>
--EXPECT--
plain: same, array
same again: same, array
other values: same, array
keys: same, array
negative: same, array
numbers: same, array
deep: same, array
long: same, array
object: same, array
no array: same, string
a key twice: same, array
a number as text: same, array
a number too large: same, array and a warning
zeros in front: same, array
booleans: same, array
a boolean 01: same, boolean and a warning
a boolean -0: same, boolean and a warning
a boolean 2: same, boolean and a warning
cut off: same, boolean and a warning
too few: same, boolean and a warning
a length too long: same, boolean and a warning
more after it: same, array
[]
