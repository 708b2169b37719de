<?php
/**
 * One request of the application: performs the operations that it was given,
 * one after the other, and answers with what each did.
 *
 * Query string: base64 of a JSON list of [method, arguments...]; "pause",
 * "patience" and "view" are our own. Answer: {"process": "PID:START", "results":
 * [...]}, each result with its times in nanoseconds of the monotonic clock, for
 * how long this process waited for a processor meanwhile, and for how long the
 * call might last.
 */

declare(strict_types=1);

use GatewayClient\Gateway;

require __DIR__ . '/../interop/harness/waited.php';

final class Application extends Gateway
{
    /** Milliseconds: other requests get other children meanwhile. */
    public static function pause(int $milliseconds): void
    {
        usleep(1000 * $milliseconds);
    }

    /** Seconds that calls may last, until the request's end. */
    public static function patience(int $seconds): void
    {
        ini_set('gatewayclient.timeout', (string) $seconds);
        self::$connectTimeout = $seconds;
    }

    public static function view(): array
    {
        return self::getAllGatewayAddressesFromRegister();
    }
}

/** A pid alone may come back. */
function processName(): string
{
    $stat = file_get_contents('/proc/self/stat');
    $fields = explode(' ', substr($stat, strrpos($stat, ')') + 2));
    return getmypid() . ':' . $fields[19];
}

function perform(string $method, array $arguments): array
{
    $warnings = [];
    $returned = $thrown = null;
    set_error_handler(function (int $level, string $text) use (&$warnings) {
        $warnings[] = $text;
        return true;
    });
    $waited = waited();
    $begin = hrtime(true);
    try {
        $returned = Application::$method(...$arguments);
    } catch (Throwable $caught) {
        $thrown = get_class($caught) . ': ' . $caught->getMessage();
    }
    $end = hrtime(true);
    restore_error_handler();
    return ['begin' => $begin, 'end' => $end, 'waited' => waited() - $waited,
        'timeout' => (float) ini_get('gatewayclient.timeout'),
        'returned' => $returned, 'warnings' => $warnings, 'thrown' => $thrown];
}

$operations = json_decode(base64_decode($_SERVER['QUERY_STRING']), true, 16,
    JSON_THROW_ON_ERROR);
$results = [];
foreach ($operations as $operation) {
    $results[] = perform(array_shift($operation), $operation);
}
header('Content-Type: application/json');
echo json_encode(['process' => processName(), 'results' => $results],
    JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
