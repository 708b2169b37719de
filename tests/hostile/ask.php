<?php
// Asks a cluster whose parts may answer anything: prints what came of each
// call, and "done". PHP must not crash, nor use more than its memory limit.

use GatewayClient\Gateway;

Gateway::$registerAddress = $argv[1];
Gateway::$connectTimeout = 1;
error_reporting(E_ALL);
set_error_handler(function ($level, $text) {
    echo 'warning: ', substr($text, 0, 200), "\n";
    return true;
});

$calls = [
    'ids' => fn () => Gateway::getAllClientIdList(),
    'sessions' => fn () => Gateway::getAllClientSessions(),
    'uids' => fn () => Gateway::isUidsOnline(['a', 'b']),
    'groups' => fn () => Gateway::getAllGroupUidList(),
];
foreach ($calls as $name => $call) {
    try {
        $result = $call();
        echo $name, ': ', is_array($result) ? count($result) : gettype($result),
            "\n";
    } catch (\Exception $e) {
        echo $name, ': ', get_class($e), ': ', substr($e->getMessage(), 0, 200),
            "\n";
    }
}
if (memory_get_peak_usage() > 24 * 1024 * 1024) {
    echo "memory: ", memory_get_peak_usage(), "\n";
    exit(3);
}
echo "done\n";
