<?php
/**
 * Two clusters in one process: a class for each, as docs/hosting.md has it.
 * LIFE_CLUSTERS is JSON: name => [Register, key].
 */

declare(strict_types=1);

use GatewayClient\Gateway;

class First extends Gateway
{
    public static $registerAddress;
    public static $secretKey;
}

class Second extends Gateway
{
    public static $registerAddress;
    public static $secretKey;
}

/** The classes, told of their clusters. */
function cluster_classes(): array
{
    $classes = ['first' => First::class, 'second' => Second::class];
    $clusters = json_decode(getenv('LIFE_CLUSTERS'), true, 8, JSON_THROW_ON_ERROR);
    foreach ($classes as $name => $class) {
        [$class::$registerAddress, $class::$secretKey] = $clusters[$name];
    }
    return $classes;
}

/** Before a fork, and after it: connections are made that are not to be shared. */
function use_classes(array $classes): void
{
    foreach ($classes as $name => $class) {
        if ($class::isUidOnline('ann') !== 1) {
            throw new RuntimeException("nobody is online in the $name cluster");
        }
    }
}

/** A request of a process that serves many: what it changes, stays. */
function serve(array $query, array $classes, int $open = 0): string
{
    if (isset($query['change'])) {
        Gateway::$registerAddress = $query['change'];
    }
    if (isset($query['look'])) {
        return json_encode(['pid' => getmypid(),
            'address' => Gateway::$registerAddress,
            'default' => ini_get('gatewayclient.register_address')]);
    }
    return answer($query, $classes, $open);
}
