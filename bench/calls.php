<?php
/**
 * Microseconds per call of one method, for the rows.
 *
 *   php calls.php REGISTER SECONDS loop|single METHOD ARGUMENTS
 *                 [AUTOLOAD [persistent]]
 *
 * ARGUMENTS is JSON. With AUTOLOAD the pure class is measured, without it the
 * extension's. `loop` calls over and over; for the extension's class the time
 * includes flush(), so messages that are still under way are not counted for
 * free. `single` calls once in a while, when the gateway sleeps again, times
 * each call by itself and prints the median.
 */

declare(strict_types=1);

use GatewayClient\Gateway;

const GAP = 100_000; // nanoseconds, as in bare.c
const SAMPLES_MAX = 200_000;

function loop(callable $call, float $seconds): float
{
    $calls = 0;
    $start = hrtime(true);
    $end = $start + (int)($seconds * 1e9);
    do {
        for ($i = 0; $i < 16; $i++) {
            $call();
        }
        $calls += 16;
    } while (hrtime(true) < $end);
    if (method_exists(Gateway::class, 'flush') && !Gateway::flush()) {
        fwrite(STDERR, "flush failed\n");
        exit(1);
    }
    return (hrtime(true) - $start) / 1e3 / $calls;
}

function single(callable $call, float $seconds): float
{
    $samples = [];
    $after = hrtime(true);
    $end = $after + (int)($seconds * 1e9);
    do {
        do {
            $before = hrtime(true);
        } while ($before < $after + GAP);
        $before = hrtime(true);
        $call();
        $after = hrtime(true);
        $samples[] = $after - $before;
    } while ($after < $end && count($samples) < SAMPLES_MAX);
    sort($samples);
    return $samples[intdiv(count($samples), 2)] / 1e3;
}

[, $register, $seconds, $mode, $method, $arguments] = $argv;
if (isset($argv[6])) {
    require $argv[6];
    Gateway::$persistentConnection = isset($argv[7]);
}
Gateway::$registerAddress = $register;
// As a program writes it: the method and its arguments in the source.
$arguments = implode(', ', array_map(
    fn ($a) => var_export($a, true), json_decode($arguments, true)));
$call = eval("return static function () {
    \\GatewayClient\\Gateway::$method($arguments);
};");
$call();
printf("%.4f\n", $mode($call, (float)$seconds));
