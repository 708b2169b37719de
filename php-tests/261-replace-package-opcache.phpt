--TEST--
replace_package with opcache: shared memory, file cache, preloading
--SKIPIF--
<?php
if (!extension_loaded('gatewayclient')) die('skip no extension');
$opcache = PHP_EXTENSION_DIR . '/opcache.' . PHP_SHLIB_SUFFIX;
if (!extension_loaded('Zend OPcache') && !is_file($opcache)) die('skip no opcache');
?>
--FILE--
<?php
require __DIR__ . '/support/package.php';
$p = new Package;
$gateway = $p->writeAll();
mkdir("$p->folder/cache");

$opcache = ['opcache.enable' => 1, 'opcache.enable_cli' => 1, 'opcache.validate_timestamps' => 0,
            'opcache.file_update_protection' => 0];
if (!extension_loaded('Zend OPcache')) {
    $opcache = ['zend_extension' => PHP_EXTENSION_DIR . '/opcache.' . PHP_SHLIB_SUFFIX] + $opcache;
}
$code = <<<'CODE'
    for ($i = 0; $i < 3; $i++) {
        $result[] = require GATEWAY;
    }
    require_once GATEWAY;
    $scripts = opcache_get_status()['scripts'] ?? [];
    echo json_encode([
        'results' => $result,
        'internal' => (new ReflectionClass('GatewayClient\Gateway'))->isInternal(),
        'cached' => isset($scripts[realpath(GATEWAY)]),
    ]), "\n";
    CODE;
$code = str_replace('GATEWAY', var_export($gateway, true), $code);

echo "shared memory: ";
$p->run($code, $opcache);
$cached = $opcache + ['opcache.file_cache' => "$p->folder/cache"];
echo "file cache, first: ";
$p->run($code, $cached);
echo "file cache, second: ";
$p->run($code, $cached);
echo "file cache only: ";
$p->run($code, $cached + ['opcache.file_cache_only' => 1]);

echo "preloading: ";
$preload = $p->write('preload.php', <<<PHP
    <?php
    require '$gateway';
    class Chat extends GatewayClient\Gateway { public static \$registerAddress = 'chat:1'; }
    GatewayClient\Gateway::\$registerAddress = 'changed:1';
    GatewayClient\Gateway::\$connectTimeout = 9;
    PHP);
$p->run("echo json_encode([Chat::\$registerAddress, Chat::\$secretKey, GatewayClient\\Gateway::\$registerAddress,
    GatewayClient\\Gateway::\$connectTimeout, GatewayClient\\GatewayProtocol::\$empty['body']]);",
    $opcache + ['opcache.preload' => $preload, 'opcache.preload_user' => posix_user(),
                'gatewayclient.secret_key' => 'ini key']);

function posix_user(): string
{
    return trim((string)shell_exec('id -un'));
}
?>
--EXPECTF--
shared memory: {"results":[1,1,1],"internal":true,"cached":true}
file cache, first: {"results":[1,1,1],"internal":true,"cached":true}
file cache, second: {"results":[1,1,1],"internal":true,"cached":true}
file cache only: {"results":[1,1,1],"internal":true,"cached":false}
preloading: ["chat:1","ini key","127.0.0.1:1236",3,""]
