--TEST--
What opcache's file cache has of the package's files is not found under another setting
--SKIPIF--
<?php
if (!extension_loaded('gatewayclient')) die('skip no extension');
if (PHP_VERSION_ID < 80000) die('skip PHP 8.0 lets extensions have a part in the name of the file cache');
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
            'opcache.file_update_protection' => 0, 'opcache.file_cache' => "$p->folder/cache",
            'opcache.file_cache_only' => 1];
if (!extension_loaded('Zend OPcache')) {
    $opcache = ['zend_extension' => PHP_EXTENSION_DIR . '/opcache.' . PHP_SHLIB_SUFFIX] + $opcache;
}
foreach ([1, 0, 1] as $replace) {
    $p->run("echo json_encode(require '$gateway');", $opcache + ['gatewayclient.replace_package' => $replace]);
}
?>
--EXPECTF--
1
Fatal error: Cannot %Sdeclare class GatewayClient\Context%S in FOLDER/GatewayClient/Context.php on line 3
1
