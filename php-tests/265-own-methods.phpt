--TEST--
Methods that are others in disguise follow a subclass's own ones
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Context;
use GatewayClient\Gateway;

/* Nothing is asked of a gateway: there is none. */
class Own extends Gateway
{
    public static $answer;

    private static function told(string $method, array $arguments)
    {
        echo '  ', static::class, ' ', $method, json_encode($arguments), "\n";
        return self::$answer;
    }
    public static function getClientIdByUid($uid)
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function batchGetClientIdByUid($uids)
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function getAllClientSessions($group = 'none')
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function getUidListByGroup($group)
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function getAllUidList()
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function getAllGroupUidList()
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function getAllGroupClientIdList()
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function setSocketSession($client_id, $session_str)
    {
        return self::told(__FUNCTION__, func_get_args());
    }
    public static function destoryCurrentClient()
    {
        return self::told(__FUNCTION__, func_get_args());
    }
}
class Groups extends Own
{
    public static function getClientIdCountByGroup($group = 'none')
    {
        echo '  ', __FUNCTION__, json_encode(func_get_args()), "\n";
        return 3;
    }
}
class Counts extends Groups
{
    public static function getClientCountByGroup($group = 'every')
    {
        echo "  $group\n";
        return parent::getClientCountByGroup($group) + 1;
    }
}
class All extends Counts
{
    public static function getAllClientIdCount()
    {
        return parent::getAllClientIdCount() + 10;
    }
}
/* Which of them a call is made on does not depend on the object that makes it. */
class Near extends Gateway
{
    public static $registerAddress = '127.0.0.1:1';
    public static function getClientIdByUid($uid)
    {
        return static::class === self::class ? ['near'] : [];
    }
}
class Far extends Near
{
    public function ask(): int
    {
        return Near::isUidOnline(1);
    }
}
class References extends Gateway
{
    public static $lists = ['g' => [1, 2]];
    public static $count = 5;
    public static $no = false;
    public static function &getAllGroupUidList()
    {
        return self::$lists;
    }
    public static function &batchGetClientIdByUid($uids)
    {
        return self::$lists;
    }
    public static function &getAllClientIdCount()
    {
        return self::$count;
    }
    public static function &setSocketSession($client_id, $session_str)
    {
        return self::$no;
    }
}
short_warnings();
function run($answer, string $method, ...$arguments): void
{
    Own::$answer = $answer;
    echo $method, "\n";
    attempt(function () use ($method, $arguments) {
        return $method(...$arguments);
    });
}
run(['a'], 'Own::isUidOnline', 7);
run([], 'Own::isUidOnline', 7);
run(['u' => ['a'], 'v' => []], 'Own::isUidsOnline', ['u', 'v']);
run(1, 'Own::isUidsOnline', []);
run(['s'], 'Own::getClientSessionsByGroup', 'g');
run(['s'], 'Own::getClientSessionsByGroup', '');
run(['s'], 'Own::getAllClientInfo');
run(['s'], 'Own::getClientInfoByGroup', 'g');
$list = ['u', 'v'];
run([&$list], 'Own::getAllGroupUidCount');
run(['g' => ['c']], 'Own::getAllGroupClientIdCount');
run($list, 'Own::getUidCountByGroup', 'g');
run($list, 'Own::getUidCountByGroup', '');
run($list, 'Own::getAllUidCount');
show($list);
$id = bin2hex(pack('NnN', 1, 2, 3));
run(true, 'Own::setSession', $id, ['a' => 1]);
run(false, 'Own::setSession', $id, []);
run(true, 'Own::setSession', 'a name of its own', []);
run(true, 'Own::updateSession', 'a name of its own', []);
Context::$client_id = $id;
run(true, 'Own::destoryClient', $id);
foreach (['Groups', 'Counts', 'All'] as $class) {
    run(null, "$class::getClientCountByGroup");
    run(null, "$class::getClientCountByGroup", 'g');
    run(null, "$class::getAllClientIdCount");
    run(null, "$class::getAllClientCount");
}
show((new Far)->ask());
show(References::getAllGroupUidCount());
show(References::isUidsOnline(['g']));
$more = function (&$count) { $count++; };
$more(References::getAllClientCount());
Context::$client_id = null;
show([References::$count, References::$lists, References::setSession($id, [])]);
run(new ArrayObject(['u', 'v']), 'Own::getAllUidCount');
run(new ArrayObject(['g' => new ArrayObject(['u'])]), 'Own::getAllGroupUidCount');
run(3, 'Own::getAllGroupUidCount');
?>
--EXPECT--
Own::isUidOnline
  Own getClientIdByUid[7]
1
Own::isUidOnline
  Own getClientIdByUid[7]
0
Own::isUidsOnline
  Own batchGetClientIdByUid[["u","v"]]
{"u":1,"v":0}
Own::isUidsOnline
  Own batchGetClientIdByUid[[]]
TypeError: a method of a subclass must return an array, not int
Own::getClientSessionsByGroup
  Own getAllClientSessions["g"]
["s"]
Own::getClientSessionsByGroup
Warning: GatewayClient\Gateway::getClientSessionsByGroup(): group('') empty
[]
Own::getAllClientInfo
Deprecated: GatewayClient\Gateway::getAllClientInfo(): Gateway::getAllClientInfo is deprecated and will be removed in a future, please use Gateway::getAllClientSessions instead.
  Own getAllClientSessions[""]
["s"]
Own::getClientInfoByGroup
Deprecated: GatewayClient\Gateway::getClientInfoByGroup(): Gateway::getClientInfoByGroup is deprecated and will be removed in a future, please use Gateway::getClientSessionsByGroup instead.
  Own getAllClientSessions["g"]
["s"]
Own::getAllGroupUidCount
  Own getAllGroupUidList[]
[2]
Own::getAllGroupClientIdCount
  Own getAllGroupClientIdList[]
{"g":1}
Own::getUidCountByGroup
  Own getUidListByGroup["g"]
2
Own::getUidCountByGroup
Warning: GatewayClient\Gateway::getUidCountByGroup(): group('') empty
0
Own::getAllUidCount
  Own getAllUidList[]
2
["u","v"]
Own::setSession
  Own setSocketSession["00000001000200000003","a:1:{s:1:\"a\";i:1;}"]
null
Own::setSession
  Own setSocketSession["00000001000200000003","a:0:{}"]
false
Own::setSession
  Own setSocketSession["a name of its own","a:0:{}"]
null
Own::updateSession
GatewayClient\GatewayException: client_id a name of its own is invalid
Own::destoryClient
  Own destoryCurrentClient[]
true
Groups::getClientCountByGroup
  getClientIdCountByGroup[""]
3
Groups::getClientCountByGroup
  getClientIdCountByGroup["g"]
3
Groups::getAllClientIdCount
  getClientIdCountByGroup[""]
3
Groups::getAllClientCount
  getClientIdCountByGroup[""]
3
Counts::getClientCountByGroup
  every
  getClientIdCountByGroup["every"]
4
Counts::getClientCountByGroup
  g
  getClientIdCountByGroup["g"]
4
Counts::getAllClientIdCount
  every
  getClientIdCountByGroup["every"]
4
Counts::getAllClientCount
  every
  getClientIdCountByGroup["every"]
4
All::getClientCountByGroup
  every
  getClientIdCountByGroup["every"]
4
All::getClientCountByGroup
  g
  getClientIdCountByGroup["g"]
4
All::getAllClientIdCount
  every
  getClientIdCountByGroup["every"]
14
All::getAllClientCount
  every
  getClientIdCountByGroup["every"]
14
1
{"g":2}
{"g":1}
Notice: Only variables should be passed by reference
[5,{"g":[1,2]},false]
Own::getAllUidCount
  Own getAllUidList[]
2
Own::getAllGroupUidCount
  Own getAllGroupUidList[]
{"g":1}
Own::getAllGroupUidCount
  Own getAllGroupUidList[]
TypeError: a method of a subclass must return an array, not int
