--TEST--
Sessions: no classes are unserialized unless gatewayclient.allowed_classes names them
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--FILE--
<?php
namespace App {
    class Allowed
    {
        public $x = 1;
        public function __wakeup()
        {
            // Changes the setting while it is in use.
            ini_set('gatewayclient.allowed_classes', '');
            echo "awake\n";
        }
    }
    class Forbidden
    {
        public function __wakeup()
        {
            echo "never\n";
        }
    }
}
namespace {
    use GatewayClient\Context;

    $text = serialize([new App\Allowed, new App\Forbidden, new App\Allowed]);
    function classes(string $text): void
    {
        echo implode(' ', array_map('get_class', Context::sessionDecode($text))), "\n";
    }
    classes($text);
    ini_set('gatewayclient.allowed_classes', 'Other, \app\ALLOWED');
    classes($text);
    classes($text);
    ini_set('gatewayclient.allowed_classes', '*');
    classes(serialize([new App\Allowed, new ArrayObject]));

    // Inside another unserialize(), whose rules stay its own.
    class Outer
    {
        public function __unserialize(array $data): void
        {
            classes($data['inner']);
        }
        public function __serialize(): array
        {
            return ['inner' => serialize([new App\Forbidden])];
        }
    }
    $outer = unserialize(serialize([new Outer, new ArrayObject]), ['allowed_classes' => [Outer::class, 'ArrayObject']]);
    echo get_class($outer[1]), "\n";

    // References and shared objects come back as they were.
    $shared = [1];
    $session = ['a' => &$shared, 'b' => &$shared];
    $back = Context::sessionDecode(serialize($session));
    $back['a'][] = 2;
    echo json_encode($back), "\n";
}
?>
--EXPECT--
__PHP_Incomplete_Class __PHP_Incomplete_Class __PHP_Incomplete_Class
awake
awake
App\Allowed __PHP_Incomplete_Class App\Allowed
__PHP_Incomplete_Class __PHP_Incomplete_Class __PHP_Incomplete_Class
awake
App\Allowed ArrayObject
__PHP_Incomplete_Class
ArrayObject
{"a":[1,2],"b":[1,2]}
