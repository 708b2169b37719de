--TEST--
The garbage collector calls no destructor in the middle of a reply
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$c = new Cluster(2);

// As a connection that refers to itself and says good-bye.
class Page
{
    private $self;

    public function __construct()
    {
        $this->self = $this;
    }

    public function __destruct()
    {
        Gateway::sendToClient($GLOBALS['c']->id(1), 'bye');
        $GLOBALS['gone']++;
    }
}

// The collector runs when it has so many candidates: leave room for a few.
function nearly_full(int $room): array
{
    gc_collect_cycles();
    $gone = $GLOBALS['gone'] = 0;
    for ($i = 0; $i < 3; $i++) {
        new Page;
    }
    $kept = [];
    for ($i = gc_status()['threshold'] - $room - gc_status()['roots']; $i > 0; $i--) {
        $kept[] = $object = new stdClass;
        $object = null;
    }
    return $kept;
}

$sessions = [];
for ($i = 1; $i <= 200; $i++) {
    $sessions[$i] = serialize(['uid' => $i]);
}
$c->replies(0, $sessions);
$kept = nearly_full(20);
$list = Gateway::getAllClientSessions();
echo 'sessions: ', count($list), ', the last: ';
show($list[$c->id(200)]);
echo 'gone meanwhile: ', $gone, "\n";
$kept = null;
gc_collect_cycles();
echo 'gone then: ', $gone, "\n";

// Nor between a reply and what is said of it.
$c->mode(1, 'closing');
$c->drop();
for ($room = 0; $room < 3; $room++) {
    $c->replies(0, [1 => serialize(['uid' => 1])]);
    $kept = nearly_full($room);
    attempt(function () { return count(Gateway::getAllClientSessions()); });
    $kept = null;
}
?>
--EXPECT--
sessions: 200, the last: {"uid":200}
gone meanwhile: 0
gone then: 3
Warning: GatewayClient\Gateway::getAllClientSessions(): 1 gateway failed: connection close tcp://127.0.0.1:PORT
1
Warning: GatewayClient\Gateway::getAllClientSessions(): 1 gateway failed: connection close tcp://127.0.0.1:PORT
1
Warning: GatewayClient\Gateway::getAllClientSessions(): 1 gateway failed: connection close tcp://127.0.0.1:PORT
1
