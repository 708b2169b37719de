<?php
/**
 * A Workerman application. The class is used before Workerman forks its
 * workers, and again in each of them.
 *
 *   php workerman.php AUTOLOAD STATE PORT WORKERS
 */

declare(strict_types=1);

use Workerman\Connection\TcpConnection;
use Workerman\Protocols\Http\Request;
use Workerman\Worker;

[, $autoload, $state, $port, $workers] = $argv;
$argv = [$argv[0], 'start'];
require $autoload;
require __DIR__ . '/rounds.php';
require __DIR__ . '/clusters.php';

Worker::$pidFile = "$state/master.pid";
Worker::$logFile = "$state/workerman.log";
Worker::$stdoutFile = "$state/stdout.log";
Worker::$statusFile = "$state/status";

$classes = cluster_classes();
use_classes($classes);

$worker = new Worker("http://127.0.0.1:$port");
$worker->count = (int)$workers;
$worker->onWorkerStart = static fn() => use_classes($classes);
$worker->onMessage = static function (TcpConnection $connection, Request $request) use ($classes) {
    $body = serve($request->get(), $classes,
        TcpConnection::$statistics['connection_count']);
    if ($request->header('connection') === 'close') {
        $connection->close($body);
    } else {
        $connection->send($body);
    }
};
Worker::runAll();
