<?php

namespace GatewayClient\Laravel;

use GatewayClient\GatewayException;
use Illuminate\Support\Facades\Log;

/** Calls to all gateways, where a failure of some is not one of the whole.
 *
 * The class raises a warning for gateways that could not be reached, after it has
 * served all others, and Laravel makes exceptions of warnings. A job that fails by
 * one is done again, and those who have the message get it twice. So the warning
 * goes to the log. When it is about every gateway that the Register lists, nobody
 * was served: that is a GatewayException, as when no Register answers. */
final class Delivery
{
    /** One call: when nobody was served by it, it can be made again.
     *
     *  @return bool true when there was nothing to complain about
     *  @throws GatewayException nobody was served */
    public static function attempt(callable $call): bool
    {
        $warnings = [];
        set_error_handler(static function (int $level, string $text) use (&$warnings): bool {
            $warnings[] = $text;

            return true;
        }, E_WARNING);
        try {
            $known = Gateways::count(); // first: it throws, too, when no Register answers
            $call();
            $failures = max([0, ...array_map([self::class, 'failures'], $warnings)]);
            $nobody = $failures > 0 && $failures >= $known;
        } finally {
            restore_error_handler();
            foreach ($warnings as $text) {
                Log::warning($text);
            }
        }
        if ($nobody) {
            throw new GatewayException(end($warnings));
        }

        return $warnings === [];
    }

    /** How many gateways a warning is about; 0 when it is about something else. */
    private static function failures(string $warning): int
    {
        return preg_match('/ (\d+) gateways? failed: /', $warning, $found) ? (int) $found[1] : 0;
    }
}
