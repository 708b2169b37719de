<?php

namespace GatewayClient\Laravel;

use GatewayClient\Gateway;

/** From config/gateway.php to the class's static properties. */
final class Settings
{
    public static function apply(array $config): void
    {
        if (! class_exists(Gateway::class)) {
            return; // as while a build machine installs packages
        }
        $value = static function (string $name, string $default) use ($config): string {
            $set = (string) ($config[$name] ?? '');

            return $set !== '' ? $set : self::ini($name, $default);
        };
        Gateway::$registerAddress = self::addresses($value('register_address', '127.0.0.1:1236'));
        Gateway::$secretKey = $value('secret_key', '');
        Gateway::$connectTimeout = (float) $value('connect_timeout', '3');
        Gateway::$persistentConnection = is_bool($config['persistent'] ?? null)
            ? $config['persistent'] : (bool) $value('persistent', '1');
        if ((string) ($config['timeout'] ?? '') !== '') {
            ini_set('gatewayclient.timeout', (string) $config['timeout']);
        }
    }

    /** @return string|string[] */
    private static function addresses(string $text)
    {
        $list = array_values(array_filter(array_map('trim', explode(',', $text)), 'strlen'));

        return count($list) === 1 ? $list[0] : $list;
    }

    /** php.ini's value; the default where the class is not the extension's. */
    private static function ini(string $name, string $default): string
    {
        $value = ini_get("gatewayclient.$name");

        return $value === false ? $default : $value;
    }
}
