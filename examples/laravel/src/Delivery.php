<?php

namespace GatewayClient\Laravel;

use Illuminate\Support\Facades\Log;

/** Calls to all gateways, where a failure of some is not one of the whole.
 *
 * The class raises a warning for gateways that could not be reached, after it has
 * served all others, and Laravel makes exceptions of warnings. A job that fails by
 * one is done again, and those who have the message get it twice. So the warning
 * goes to the log. When nobody was served, as when no Register answers, there is a
 * GatewayException, and it passes. */
final class Delivery
{
    /** @return bool true when there was nothing to complain about */
    public static function attempt(callable $call): bool
    {
        $warnings = [];
        set_error_handler(static function (int $level, string $text) use (&$warnings): bool {
            $warnings[] = $text;

            return true;
        }, E_WARNING);
        try {
            $call();
        } finally {
            restore_error_handler();
            foreach ($warnings as $text) {
                Log::warning($text);
            }
        }

        return $warnings === [];
    }
}
