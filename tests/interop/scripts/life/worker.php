<?php
/**
 * A worker that lives for many calls, to two clusters in turn, some of which
 * fail. Arguments: the number of calls, then Register, key and client_id of
 * each cluster. Prints JSON: what went wrong, and its memory when it was warm
 * and at the end.
 */
use GatewayClient\Gateway;
use GatewayClient\GatewayException;

[, $calls, Gateway::$registerAddress, Gateway::$secretKey, $id, $register,
    $key, $otherId] = $argv;

class Other extends Gateway
{
    public static $registerAddress;
    public static $secretKey;
}

class Mistaken extends Gateway
{
    public static $registerAddress = 'nobody.invalid:1';
    public static $secretKey;
}

Other::$registerAddress = $register;
Other::$secretKey = $key;

function throws(callable $call): bool
{
    try {
        $call();
        return false;
    } catch (GatewayException $thrown) {
        return $thrown->getMessage() !== '';
    }
}

/** Twelve calls; what must be true of them. */
function round_of_calls(int $i): array
{
    global $id, $otherId;
    $uid = "uid $i";
    return [
        Gateway::sendToUid('ann', "first $i") === null,
        Gateway::isUidOnline('ann') === 1,
        Gateway::getSession($id) === ['cluster' => 'first'],
        Other::getSession($otherId) === ['cluster' => 'second'],
        Gateway::getClientIdByUid('ann') === [$id],
        Other::getClientIdByUid('ann') === [$otherId],
        Gateway::isUidsOnline([$uid, 'ann']) === [$uid => 0, 'ann' => 1],
        Gateway::getAllClientSessions() === [$id => ['cluster' => 'first']],
        throws(fn() => Gateway::isOnline("no id $i")),
        @Gateway::sendToGroup('', $uid) === false,
        Other::sendToGroup(['room', $uid], "second $i") === null,
        Gateway::getUidListByGroup('room') === ['ann' => 'ann'],
    ];
}

/** Now and then: what may cost a connection. */
function rare_calls(int $i): array
{
    Mistaken::$secretKey = 'key ' . $i % 7;
    return [
        throws(fn() => Mistaken::isOnline($GLOBALS['id'])),
        @Mistaken::sendToClient($GLOBALS['id'], 'lost') === false,
        Gateway::flush() && Other::flush(),
    ];
}

function memory(): array
{
    gc_collect_cycles();
    gc_mem_caches();
    preg_match('/^VmRSS:\s+(\d+)/m', file_get_contents('/proc/self/status'), $m);
    return ['zend' => memory_get_usage(), 'rss' => 1024 * (int)$m[1],
        'files' => count(scandir('/proc/self/fd'))];
}

$wrong = [];
$made = 0;
$warm = null;
$start = hrtime(true);
for ($i = 0; $made < $calls; $i++) {
    $right = round_of_calls($i);
    if ($i % 50 === 0) {
        $right = array_merge($right, rare_calls($i));
    }
    $made += count($right);
    if (in_array(false, $right, true) && count($wrong) < 10) {
        $wrong[$i] = array_keys($right, false, true);
    }
    if ($warm === null && $made >= $calls / 5) {
        $warm = memory();
    }
}
$flushed = Gateway::flush() && Other::flush();
echo json_encode(['calls' => $made, 'rounds' => $i, 'wrong' => (object)$wrong,
    'flushed' => $flushed, 'seconds' => (hrtime(true) - $start) / 1e9,
    'jit' => function_exists('opcache_get_status')
        && (opcache_get_status(false)['jit']['on'] ?? false),
    'warm' => $warm, 'end' => memory()]), "\n";
