--TEST--
Arguments that change while they are converted
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(1);

// Assigns something else to the variable that the call was given by reference.
class Changes implements JsonSerializable
{
    private $to;

    public function __construct($to)
    {
        $this->to = $to;
    }

    #[ReturnTypeWillChange]
    public function jsonSerialize()
    {
        $GLOBALS['changing'] = $this->to;
        $GLOBALS['list'] = [];
        return ['a' => 1];
    }

    public function __toString()
    {
        $GLOBALS['changing'] = $this->to;
        $GLOBALS['list'] = [];
        return $GLOBALS['c']->id(7);
    }
}

$calls = [
    'sendToUid' => function ($list) { return Gateway::sendToUid($list, 'm'); },
    'sendToGroup' => function ($list) { return Gateway::sendToGroup($list, 'm'); },
    'sendToAll' => function ($list) { return Gateway::sendToAll('m', $list); },
    'exclude' => function ($list) { return Gateway::sendToAll('m', null, $list); },
];
foreach ($calls as $name => $call) {
    foreach (['text', 5, null, ['array']] as $to) {
        $changing = new Changes($to);
        $list = [&$changing, &$changing];
        if ($name !== 'sendToUid' && $name !== 'sendToGroup') {
            $list = [&$changing];
        }
        attempt(function () use ($call) { return $call($GLOBALS['list']); });
        echo "  $name: ", implode(' ', $c->frames(1)), "\n";
        show($changing === $to);
    }
}

echo "a conversion that throws\n";
class Throws implements JsonSerializable
{
    #[ReturnTypeWillChange]
    public function jsonSerialize()
    {
        throw new DomainException('no JSON');
    }
}
foreach ([$calls['sendToUid'], $calls['sendToGroup']] as $call) {
    attempt(function () use ($call) { return $call([1, new Throws]); });
}
json_decode('{'); // its error stays the last one
Gateway::sendToUid([[1]], 'm');
show(json_last_error() === JSON_ERROR_SYNTAX);
?>
--EXPECT--
null
  sendToUid: 0: cmd 14 connection 0 flag 1 [{"a":1},"text"]|m
true
null
  sendToUid: 0: cmd 14 connection 0 flag 1 [{"a":1},5]|m
true
null
  sendToUid: 0: cmd 14 connection 0 flag 1 [{"a":1},null]|m
true
null
  sendToUid: 0: cmd 14 connection 0 flag 1 [{"a":1},["array"]]|m
true
null
  sendToGroup: 0: cmd 22 connection 0 flag 1 {"group":[{"a":1},"text"],"exclude":null}|m
true
null
  sendToGroup: 0: cmd 22 connection 0 flag 1 {"group":[{"a":1},5],"exclude":null}|m
true
null
  sendToGroup: 0: cmd 22 connection 0 flag 1 {"group":[{"a":1},null],"exclude":null}|m
true
null
  sendToGroup: 0: cmd 22 connection 0 flag 1 {"group":[{"a":1},["array"]],"exclude":null}|m
true
null
  sendToAll: 0: cmd 6 connection 0 flag 1 {"connections":{"7":7}}|m
true
null
  sendToAll: 0: cmd 6 connection 0 flag 1 {"connections":{"7":7}}|m
true
null
  sendToAll: 0: cmd 6 connection 0 flag 1 {"connections":{"7":7}}|m
true
null
  sendToAll: 0: cmd 6 connection 0 flag 1 {"connections":{"7":7}}|m
true
null
  exclude: 0: cmd 6 connection 0 flag 1 {"exclude":{"7":7}}|m
true
null
  exclude: 0: cmd 6 connection 0 flag 1 {"exclude":{"7":7}}|m
true
null
  exclude: 0: cmd 6 connection 0 flag 1 {"exclude":{"7":7}}|m
true
null
  exclude: 0: cmd 6 connection 0 flag 1 {"exclude":{"7":7}}|m
true
a conversion that throws
DomainException: no JSON
DomainException: no JSON
true
