--TEST--
The garbage collector calls no destructor in the middle of a reply
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

$c = new Cluster(1);

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
function nearly_full(): array
{
    gc_collect_cycles();
    $gone = $GLOBALS['gone'] = 0;
    for ($i = 0; $i < 3; $i++) {
        new Page;
    }
    $kept = [];
    for ($i = gc_status()['threshold'] - 20 - gc_status()['roots']; $i > 0; $i--) {
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
$kept = nearly_full();
$list = Gateway::getAllClientSessions();
echo 'sessions: ', count($list), ', the last: ';
show($list[$c->id(200)]);
echo 'gone meanwhile: ', $gone, "\n";
$kept = null;
gc_collect_cycles();
echo 'gone then: ', $gone, "\n";
?>
--EXPECT--
sessions: 200, the last: {"uid":200}
gone meanwhile: 0
gone then: 3
