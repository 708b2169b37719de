--TEST--
A selection of clients where gateways are listed by a host name
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

class Own extends Gateway
{
    public static function rows(array $where): array
    {
        return static::select(['uid'], $where);
    }
}
short_warnings();
$c = new Cluster(2);
$names = preg_replace('/^127\.0\.0\.1:/', 'localhost:', $c->gateways);
$c->set(['registerLine' => json_encode(['event' => 'broadcast_addresses', 'addresses' => $names]) . "\n"]);
$c->replies(1, [5 => ['uid' => 'u']], [5 => ['uid' => 'u']]);
show(array_map('count', Own::rows(['client_id' => [$c->id(5, 1)]])));
// As in the package, a name has no number.
show(array_map('count', Own::rows(['client_id' => [$c->id(5, 1)], 'groups' => ['g']])));
// Each gateway once, of which one was asked for its client.
foreach ($c->frames(3) as $frame) {
    echo $frame, "\n";
}
?>
--EXPECT--
{"2130706433":1}
[2]
0: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"groups":["g"],"connection_id":[]}}|
1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"connection_id":{"5":5}}}|
1: cmd 25 connection 0 flag 1 {"fields":["uid"],"where":{"groups":["g"],"connection_id":{"5":5}}}|
