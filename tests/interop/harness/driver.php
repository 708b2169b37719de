<?php
/**
 * Evaluates one PHP expression per line of standard input and answers with one
 * line of JSON: what it returned, threw, warned of and printed; when, and how long
 * it waited for a processor meanwhile, in nanoseconds.
 *
 *   php driver.php [AUTOLOAD | --files FOLDER]
 *
 * AUTOLOAD, the reference's, makes the pure class available; without it the
 * extension must be loaded. With --files each expression is a file of its own:
 * opcache compiles those. Request: {"code": "...", "vars": {"A": "..."}}.
 */

declare(strict_types=1);

require __DIR__ . '/waited.php';

if (isset($argv[2])) {
    define('FOLDER', $argv[2]);
} elseif (isset($argv[1])) {
    require $argv[1];
}

function describe(Throwable $thrown): array
{
    return ['class' => get_class($thrown), 'message' => $thrown->getMessage(),
        'exception' => $thrown instanceof Exception];
}

function evaluate(string $__code, array $__vars)
{
    static $__count = 0;
    $__code = 'use GatewayClient\{Gateway, Context, GatewayProtocol}; '
        . "return $__code;";
    extract($__vars);
    if (!defined('FOLDER')) {
        return eval($__code);
    }
    $__file = FOLDER . '/' . $__count++ . '.php';
    file_put_contents($__file, "<?php $__code");
    return require $__file;
}

function perform(array $request): array
{
    $waited = waited();
    $warnings = [];
    set_error_handler(function (int $level, string $text) use (&$warnings) {
        $warnings[] = ['level' => $level, 'text' => $text];
        return true;
    });
    $returned = null;
    $thrown = null;
    ob_start();
    $begin = hrtime(true);
    try {
        $returned = evaluate($request['code'], $request['vars']);
    } catch (Throwable $caught) {
        $thrown = describe($caught);
    }
    $end = hrtime(true);
    $echoes = ob_get_clean();
    restore_error_handler();
    return ['returns' => bin2hex(serialize($returned)), 'throws' => $thrown,
        'warnings' => $warnings, 'echoes' => bin2hex($echoes),
        'begin' => $begin, 'end' => $end, 'waited' => waited() - $waited];
}

while (($line = fgets(STDIN)) !== false) {
    $answer = perform(json_decode($line, true, 512, JSON_THROW_ON_ERROR));
    fwrite(STDOUT, json_encode($answer, JSON_THROW_ON_ERROR
        | JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}
