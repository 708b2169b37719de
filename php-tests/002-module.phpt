--TEST--
The module: its version is the library's, phpinfo() has the pool and no key
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--INI--
gatewayclient.secret_key=top-secret-word
--FILE--
<?php
preg_match('/GW_VERSION "([^"]+)"/',
    @file_get_contents(__DIR__ . '/../libgwclient/include/gwclient/version.h') ?:
    'GW_VERSION "' . phpversion('gatewayclient') . '"', $m);
var_dump(phpversion('gatewayclient') === $m[1]);
ob_start();
phpinfo(INFO_MODULES);
$info = ob_get_clean();
foreach (['Idle connections => 0', 'Questions to a Register => 0',
          'gatewayclient.secret_key => set => set'] as $row) {
    echo $row, ': ', strpos($info, $row) === false ? 'missing' : 'there', "\n";
}
var_dump(strpos($info, 'top-secret-word'));
?>
--EXPECT--
bool(true)
Idle connections => 0: there
Questions to a Register => 0: there
gatewayclient.secret_key => set => set: there
bool(false)
