--TEST--
Settings are validated: a bad value is refused with a warning and changes nothing
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--FILE--
<?php
set_error_handler(function ($level, $text) {
    echo '  ', $text, "\n";
    return true;
});
$bad = [
    'register_address' => ['', 'localhost', 'localhost:', ':1236', 'a:0', 'a:65536', 'a:1,', 'a:1,b', 'a:12x'],
    'connect_timeout' => ['', '0', '-1', 'x', '1s', '86401', 'NAN'],
    'timeout' => ['0', 'five'],
    'addresses_cache_ttl' => ['-1', 'x'],
    'persistent' => ['maybe', '2'],
    'pool_max_idle' => ['', '-1', '1.5', '1000001'],
    'pool_idle_timeout' => ['-1', 'x'],
    'allowed_classes' => ['**', 'A;B', 'A B!'],
    'trust_client_ids' => ['1'],
    'replace_package' => ['0'],
    'global_class' => ['1'],
    // What follows a zero byte would be dropped without a word.
    'secret_key' => ["a\0b"],
];
foreach ([['register_address', 'a:1'], ['pool_max_idle', '5'], ['persistent', '0'], ['allowed_classes', 'A']]
         as [$name, $value]) {
    $bad[$name][] = "$value\0b";
}
foreach ($bad as $name => $values) {
    $before = ini_get("gatewayclient.$name");
    foreach ($values as $value) {
        printf("%s=%s\n", $name, str_replace("\0", '\0', $value));
        if (ini_set("gatewayclient.$name", $value) !== false) {
            echo "  accepted\n";
        }
    }
    if (ini_get("gatewayclient.$name") !== $before) {
        echo "  changed\n";
    }
}
$good = [
    'register_address' => ['a.example:1', '[::1]:1236', ' 10.0.0.1:1236 , 10.0.0.2:1236 '],
    'secret_key' => ['k', ''],
    'connect_timeout' => ['0.25', '3'],
    'timeout' => ['1.5'],
    'addresses_cache_ttl' => ['0', '0.5'],
    'persistent' => ['off', 'Yes', '0', '1'],
    'pool_max_idle' => ['0', '100', '1000000'],
    'pool_idle_timeout' => ['0', '3600'],
    'allowed_classes' => ['*', 'A', '\A\B, C', ''],
];
foreach ($good as $name => $values) {
    foreach ($values as $value) {
        if (ini_set("gatewayclient.$name", $value) === false) {
            echo "$name=$value refused\n";
        }
    }
}
// Nor may a .user.ini or php_value of somebody's folder.
foreach (ini_get_all('gatewayclient') as $name => $setting) {
    if ($setting['access'] !== INI_ALL) {
        echo $name, $setting['access'] === INI_SYSTEM ? ": php.ini only\n" : ": also elsewhere\n";
    }
}
?>
--EXPECT--
register_address=
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=localhost
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=localhost:
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=:1236
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=a:0
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=a:65536
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=a:1,
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=a:1,b
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=a:12x
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
register_address=a:1\0b
  ini_set(): gatewayclient.register_address must be a list of host:port, separated by commas
connect_timeout=
  ini_set(): gatewayclient.connect_timeout must be a number of seconds from 0.001 to 86400
connect_timeout=0
  ini_set(): gatewayclient.connect_timeout must be a number of seconds from 0.001 to 86400
connect_timeout=-1
  ini_set(): gatewayclient.connect_timeout must be a number of seconds from 0.001 to 86400
connect_timeout=x
  ini_set(): gatewayclient.connect_timeout must be a number of seconds from 0.001 to 86400
connect_timeout=1s
  ini_set(): gatewayclient.connect_timeout must be a number of seconds from 0.001 to 86400
connect_timeout=86401
  ini_set(): gatewayclient.connect_timeout must be a number of seconds from 0.001 to 86400
connect_timeout=NAN
  ini_set(): gatewayclient.connect_timeout must be a number of seconds from 0.001 to 86400
timeout=0
  ini_set(): gatewayclient.timeout must be a number of seconds from 0.001 to 86400
timeout=five
  ini_set(): gatewayclient.timeout must be a number of seconds from 0.001 to 86400
addresses_cache_ttl=-1
  ini_set(): gatewayclient.addresses_cache_ttl must be a number of seconds from 0 to 86400
addresses_cache_ttl=x
  ini_set(): gatewayclient.addresses_cache_ttl must be a number of seconds from 0 to 86400
persistent=maybe
  ini_set(): gatewayclient.persistent must be a boolean
persistent=2
  ini_set(): gatewayclient.persistent must be a boolean
persistent=0\0b
  ini_set(): gatewayclient.persistent must be a boolean
pool_max_idle=
  ini_set(): gatewayclient.pool_max_idle must be an integer from 0 to 1000000
pool_max_idle=-1
  ini_set(): gatewayclient.pool_max_idle must be an integer from 0 to 1000000
pool_max_idle=1.5
  ini_set(): gatewayclient.pool_max_idle must be an integer from 0 to 1000000
pool_max_idle=1000001
  ini_set(): gatewayclient.pool_max_idle must be an integer from 0 to 1000000
pool_max_idle=5\0b
  ini_set(): gatewayclient.pool_max_idle must be an integer from 0 to 1000000
pool_idle_timeout=-1
  ini_set(): gatewayclient.pool_idle_timeout must be an integer from 0 to 1000000
pool_idle_timeout=x
  ini_set(): gatewayclient.pool_idle_timeout must be an integer from 0 to 1000000
allowed_classes=**
  ini_set(): gatewayclient.allowed_classes must be "*" or a list of class names, separated by commas
allowed_classes=A;B
  ini_set(): gatewayclient.allowed_classes must be "*" or a list of class names, separated by commas
allowed_classes=A B!
  ini_set(): gatewayclient.allowed_classes must be "*" or a list of class names, separated by commas
allowed_classes=A\0b
  ini_set(): gatewayclient.allowed_classes must be "*" or a list of class names, separated by commas
trust_client_ids=1
replace_package=0
global_class=1
secret_key=a\0b
  ini_set(): gatewayclient.secret_key must be a text without zero bytes
gatewayclient.global_class: php.ini only
gatewayclient.replace_package: php.ini only
gatewayclient.trust_client_ids: php.ini only
