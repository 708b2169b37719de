<?php
/**
 * Memory that one call of a method takes, for row 5.
 *
 *   php lists.php REGISTER METHOD [AUTOLOAD]
 *
 * Prints two numbers in bytes: by how much the process grew at most during the
 * call (resident memory, so whatever allocator it came from), and what the
 * result itself takes of PHP's memory.
 */

declare(strict_types=1);

use GatewayClient\Gateway;

function status(string $name): int
{
    preg_match("/^$name:\s+(\d+) kB/m",
        file_get_contents('/proc/self/status'), $found);
    return 1024 * (int)$found[1];
}

[, $register, $method] = $argv;
if (isset($argv[3])) {
    require $argv[3];
}
Gateway::$registerAddress = $register;
Gateway::isUidOnline('nobody'); // connected, and all code is there

file_put_contents('/proc/self/clear_refs', '5'); // forgets the peak
$before = status('VmRSS');
$used = memory_get_usage();
$result = Gateway::$method();
$used = memory_get_usage() - $used;
$peak = status('VmHWM');
if (count($result) < 100) {
    fwrite(STDERR, "too short a result\n");
    exit(1);
}
printf("%d %d\n", $peak - $before, $used);
