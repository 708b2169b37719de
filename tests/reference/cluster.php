<?php
/**
 * Runs a GatewayWorker cluster in the foreground until SIGINT or SIGTERM.
 *
 *   php cluster.php --autoload FILE --state DIR --register HOST:PORT
 *       [--gateway WSPORT:INNERPORT]... [--worker-events FILE]
 *       [--workers COUNT] [--worker-name NAME] [--no-register]
 *       [--secret-key KEY] [--ping-interval SECONDS]
 *       [--ping-not-response-limit COUNT] [--ping-data TEXT]
 *
 * With --no-register, --register may name several, separated by commas.
 * One Register, one gateway process per --gateway, each with a WebSocket
 * listener on 127.0.0.1, and COUNT processes of a BusinessWorker (1). Without a
 * worker the reference closes every client at once. The default worker sends the
 * greeting of the manual, {"type":"init","client_id":"..."}, on connect and
 * ignores messages; --worker-events names a file that declares another `Events`
 * class.
 *
 * Log, pid and standard output files are written to DIR only.
 */

declare(strict_types=1);

use GatewayWorker\BusinessWorker;
use GatewayWorker\Gateway;
use GatewayWorker\Register;
use Workerman\Worker;

function options(array $argv): array
{
    $options = ['gateway' => [], 'secret-key' => '', 'no-register' => false,
        'ping-interval' => '0', 'ping-not-response-limit' => '0',
        'ping-data' => '', 'workers' => 1, 'worker-name' => 'TestWorker',
        'worker-events' => __DIR__ . '/events.php'];
    for ($i = 1; $i < count($argv); $i++) {
        $name = substr($argv[$i], 2);
        if ($name === 'no-register') {
            $options[$name] = true;
        } elseif ($name === 'gateway') {
            $options[$name][] = array_map('intval', explode(':', $argv[++$i]));
        } else {
            $options[$name] = $argv[++$i];
        }
    }
    return $options;
}

function addRegister(string $address, string $key): void
{
    $register = new Register("text://$address");
    $register->secretKey = $key;
}

function addGateway(int $port, int $innerPort, string $register, string $key): Gateway
{
    $gateway = new Gateway("websocket://127.0.0.1:$port");
    $gateway->name = "Gateway$innerPort";
    $gateway->count = 1;
    $gateway->lanIp = '127.0.0.1';
    $gateway->startPort = $innerPort;
    $gateway->registerAddress = explode(',', $register);
    $gateway->secretKey = $key;
    return $gateway;
}

function addHeartbeat(Gateway $gateway, array $options): void
{
    $gateway->pingInterval = (int) $options['ping-interval'];
    $gateway->pingNotResponseLimit = (int) $options['ping-not-response-limit'];
    $gateway->pingData = $options['ping-data'];
}

function addWorkers(string $name, int $count, string $register, string $key): void
{
    $worker = new BusinessWorker();
    $worker->name = $name;
    $worker->count = $count;
    $worker->eventHandler = 'Events';
    $worker->registerAddress = explode(',', $register);
    $worker->secretKey = $key;
}

$options = options($argv);
require $options['autoload'];
require $options['worker-events'];

$state = $options['state'];
Worker::$pidFile = "$state/master.pid";
Worker::$logFile = "$state/workerman.log";
Worker::$stdoutFile = "$state/stdout.log";
Worker::$statusFile = "$state/status";
$argv = [$argv[0], 'start'];

if (!$options['no-register']) {
    addRegister($options['register'], $options['secret-key']);
}
foreach ($options['gateway'] as [$port, $innerPort]) {
    $gateway = addGateway($port, $innerPort, $options['register'],
        $options['secret-key']);
    addHeartbeat($gateway, $options);
}
if ($options['workers'] > 0) {
    addWorkers($options['worker-name'], (int) $options['workers'],
        $options['register'], $options['secret-key']);
}
Worker::runAll();
