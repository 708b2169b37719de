--TEST--
PHP 7: a subclass's own methods may take what they are given by reference
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (PHP_VERSION_ID >= 80000) die('skip PHP 8 does not let a method differ from the one it replaces');
?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';

error_reporting(E_ALL & ~E_WARNING); // it tells that the methods differ
eval('class Own extends GatewayClient\Gateway
{
    public static $seen = [];
    public static function setSocketSession(&$client_id, &$session_str)
    {
        self::$seen[] = [strlen($client_id), strlen($session_str)];
        $client_id = $session_str = 5;
        return true;
    }
    public static function getAllClientSessions(&$group = "none")
    {
        self::$seen[] = $group;
        $group = ["another"];
        return [];
    }
    public static function getClientIdCountByGroup(&$group = "none")
    {
        self::$seen[] = $group;
        $group = ["another"];
        return 1;
    }
}');
error_reporting(E_ALL);
$id = bin2hex(pack('NnN', 1, 2, 3));
$group = str_repeat('g', 3);
foreach ([1, 22, 300000, 5000000] as $length) {
    show(Own::setSession($id, ['a' => str_repeat('z', $length)]));
}
show([@Own::getClientInfoByGroup($group), @Own::getAllClientInfo()]);
show([Own::getClientCountByGroup($group), Own::getAllClientIdCount()]);
show([$id, $group]);
show(Own::$seen);
?>
--EXPECT--
null
null
null
null
[[],[]]
[1,1]
["00000001000200000003","ggg"]
[[20,22],[20,44],[20,300026],[20,5000027],"ggg","","ggg",""]
