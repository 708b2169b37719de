<?php
/**
 * Calls per second of one method, for bench/calls.
 *
 *   php calls.php REGISTER SECONDS METHOD ARGUMENTS [AUTOLOAD]
 *
 * ARGUMENTS is JSON. With AUTOLOAD the pure class is measured, without it the
 * extension's. Prints calls per second; for the native class the time includes
 * flush(), so messages that are still under way are not counted for free.
 */

declare(strict_types=1);

use GatewayClient\Gateway;

[, $register, $seconds, $method, $arguments] = $argv;
if (isset($argv[5])) {
    require $argv[5];
}
$arguments = json_decode($arguments);
Gateway::$registerAddress = $register;
Gateway::$method(...$arguments);

$calls = 0;
$start = hrtime(true);
$end = $start + (int)($seconds * 1e9);
do {
    for ($i = 0; $i < 16; $i++) {
        Gateway::$method(...$arguments);
    }
    $calls += 16;
} while (hrtime(true) < $end);
if (method_exists(Gateway::class, 'flush') && !Gateway::flush()) {
    fwrite(STDERR, "flush failed\n");
    exit(1);
}
printf("%.0f\n", $calls / ((hrtime(true) - $start) / 1e9));
