<?php
/**
 * Finds the pure PHP packages that serve as test peers, or installs them.
 *
 *   php find.php [--install] [--client]
 *
 * Prints the path of the autoload file and exits 0; says why not on standard
 * error and exits 1. With --client the client's class is enough: older versions
 * of PHP have that, and not the servers. In this order: the file named by GATEWAYWORKER_REFERENCE;
 * the one in the cache; with --install, Composer puts them into the cache.
 * An unsuccessful installation is not tried again for an hour.
 */

declare(strict_types=1);

const PACKAGES = [
    'workerman/gateway-worker:^4',
    'workerman/workerman:^5',
    'workerman/gatewayclient:^3.1',
];
const INSTALL_SECONDS = 120;
const CLIENT = 'GatewayClient\Gateway';
const SERVERS = ['GatewayWorker\Gateway', 'GatewayWorker\BusinessWorker'];

function cacheFolder(): string
{
    $base = getenv('XDG_CACHE_HOME') ?: getenv('HOME') . '/.cache';
    return $base . '/gatewayclient-tests/reference';
}

function fail(string $why): never
{
    fwrite(STDERR, "the PHP reference is not available: $why\n");
    exit(1);
}

/** An autoload file counts when the classes that the tests start are found. */
function usable(string $autoload, bool $client): bool
{
    $probe = 'require $argv[1]; foreach (array_slice($argv, 2) as $class)'
        . ' { class_exists($class) || exit(1); }';
    $classes = $client ? [CLIENT] : [CLIENT, ...SERVERS];
    $command = [PHP_BINARY, '-r', $probe, '--', $autoload, ...$classes];
    $process = proc_open($command, [
        ['file', '/dev/null', 'r'],
        ['file', '/dev/null', 'w'],
        ['file', '/dev/null', 'w'],
    ], $pipes);
    return is_resource($process) && proc_close($process) === 0;
}

/** Composer's own autoload file is wrapped, so both sources have one name. */
function install(string $folder): void
{
    $failed = "$folder/install-failed";
    if (is_file($failed) && filemtime($failed) > time() - 3600) {
        fail('Composer could not install it within the last hour (see '
            . "$folder/composer.log; remove $failed to try again)");
    }
    if (!is_dir("$folder/composer") && !mkdir("$folder/composer", 0777, true)) {
        fail("cannot make $folder/composer");
    }
    // phpcs:ignore -- arguments are constants and one quoted path
    exec('timeout ' . INSTALL_SECONDS
        . ' composer require --no-interaction --no-progress --no-ansi'
        . ' --ignore-platform-reqs --working-dir='
        . escapeshellarg("$folder/composer") . ' '
        . implode(' ', array_map('escapeshellarg', PACKAGES))
        . ' < /dev/null > ' . escapeshellarg("$folder/composer.log")
        . ' 2>&1', $output, $status);
    if ($status !== 0) {
        touch($failed);
        fail("composer ended with $status, see $folder/composer.log");
    }
    file_put_contents("$folder/autoload.php",
        "<?php\nrequire __DIR__ . '/composer/vendor/autoload.php';\n");
}

function main(array $argv): void
{
    $client = in_array('--client', $argv, true);
    $named = getenv('GATEWAYWORKER_REFERENCE');
    if ($named !== false && $named !== '') {
        if (!is_file($named) || !usable($named, $client)) {
            fail("GATEWAYWORKER_REFERENCE=$named is not a usable autoload file");
        }
        echo realpath($named), "\n";
        return;
    }
    $autoload = cacheFolder() . '/autoload.php';
    if (!is_file($autoload) && in_array('--install', $argv, true)) {
        install(cacheFolder());
    }
    if (!is_file($autoload)) {
        fail("there is no $autoload");
    }
    if (!usable($autoload, $client)) {
        fail("$autoload does not load the classes");
    }
    echo $autoload, "\n";
}

main($argv);
