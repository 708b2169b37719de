<?php
/**
 * What opcache.preload runs once, in the process that all children come from.
 * It uses the class, too: PRELOAD_REGISTER is where.
 */
use GatewayClient\Gateway;

class Chat extends Gateway
{
    public static $registerAddress = 'preloaded:1';
    public static $persistentConnection = true;

    public static function greet(string $name): string
    {
        static::sendToAll($name);
        return static::$registerAddress;
    }
}

if (getenv('PRELOAD_REGISTER')) {
    Gateway::$registerAddress = getenv('PRELOAD_REGISTER');
    define('PRELOAD_ONLINE', Gateway::isUidOnline('ann'));
    Gateway::sendToUid('ann', 'preloading');
    error_log('preloaded, ann is ' . (PRELOAD_ONLINE ? 'online' : 'offline'));
}
