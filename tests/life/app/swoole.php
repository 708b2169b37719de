<?php
/**
 * A Swoole (or OpenSwoole) server. The class is used before the workers are
 * forked, and again in each of them.
 *
 *   php swoole.php PORT WORKERS
 */

declare(strict_types=1);

require __DIR__ . '/rounds.php';
require __DIR__ . '/clusters.php';

[, $port, $workers] = $argv;
$class = class_exists('Swoole\Http\Server') ? 'Swoole\Http\Server'
    : 'OpenSwoole\Http\Server';
$classes = cluster_classes();
use_classes($classes);

$server = new $class('127.0.0.1', (int)$port);
$server->set(['worker_num' => (int)$workers, 'log_level' => 4]);
$server->on('workerStart', static fn() => use_classes($classes));
$server->on('request', static function ($request, $response) use ($classes) {
    $response->end(serve($request->get, $classes));
});
$server->start();
