--TEST--
The pool: one connection for many calls, one lookup in its time, none of it when switched off
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--INI--
gatewayclient.addresses_cache_ttl=3600
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(2);
function connections(int $frames): int
{
    global $c;
    $seen = [];
    $end = microtime(true) + PLENTY / 2;
    while ($frames > 0 && microtime(true) < $end) {
        foreach ($c->log() as $entry) {
            $seen[$entry['connection']] = 1;
            $frames -= count(split_frames($entry['bytes']));
        }
    }
    return count($seen);
}
for ($i = 0; $i < 1000; $i++) {
    Gateway::sendToUid('u', $i);
}
show(['connections' => connections(2 * 1000), 'lookups' => $c->lookups]);
Gateway::isUidOnline('u');
Gateway::isOnline($c->id(1));
show(['connections' => connections(3), 'lookups' => $c->lookups]);

class Other extends Gateway
{
    public static $secretKey = 'another key';
}
Other::sendToAll('x');
show(['another key, connections' => connections(4)]);

Gateway::$addressesCacheDisable = true;
for ($i = 0; $i < 3; $i++) {
    Gateway::sendToAll('x');
}
show(['without the cache, lookups' => $c->lookups = lookups()]);
function lookups(): int
{
    global $c;
    connections(6);
    return $c->lookups;
}
Gateway::$addressesCacheDisable = false;
ini_set('gatewayclient.pool_max_idle', '0');
for ($i = 0; $i < 3; $i++) {
    Gateway::sendToAll('x');
}
show(['a pool of none, connections' => connections(2 * 3)]);
ini_restore('gatewayclient.pool_max_idle');
Gateway::$persistentConnection = false;
for ($i = 0; $i < 3; $i++) {
    Gateway::sendToAll('x');
}
show(['not persistent, connections' => connections(2 * 3)]);

ob_start();
phpinfo(INFO_MODULES);
preg_match_all('/^(Idle connections|Connections opened|Commands sent) => \d+/m', ob_get_clean(), $m);
show($m[0]);
Gateway::$persistentConnection = true;
ini_set('gatewayclient.pool_idle_timeout', '0');
for ($i = 0; $i < 3; $i++) {
    Gateway::sendToAll('x');
}
show(['idle for no time, connections' => connections(2 * 3)]);
?>
--EXPECT--
{"connections":2,"lookups":1}
{"connections":2,"lookups":1}
{"another key, connections":2}
{"without the cache, lookups":5}
{"a pool of none, connections":6}
{"not persistent, connections":6}
["Idle connections => 2","Connections opened => 14","Commands sent => 2023"]
{"idle for no time, connections":6}
