<?php
/**
 * Processes that go on after pcntl_fork(), each with connections of its own.
 * Arguments: Register, rounds, then a client_id with uid `ann` and a session
 * for each gateway. Every process prints a line of JSON at its end.
 */
use GatewayClient\Gateway;

[, Gateway::$registerAddress, $rounds] = $argv;
$ids = array_slice($argv, 3);
$name = 'parent';
$wrong = [];

/** Inodes of this process's connections: it has no other sockets. */
function sockets(): array
{
    $own = [];
    foreach (glob('/proc/self/fd/*') as $link) {
        if (preg_match('/^socket:\[(\d+)\]$/', (string)@readlink($link), $m)) {
            $own[] = $m[1];
        }
    }
    sort($own);
    return $own;
}

/** Questions whose answers no other process is given. */
function ask(int $round): void
{
    global $ids, $name, $wrong;
    $uid = "$name-$round-" . getmypid();
    $answers = [Gateway::isUidsOnline([$uid, 'ann']),
        Gateway::getSession($ids[$round % count($ids)]),
        Gateway::batchGetClientIdByUid([$uid])];
    $expected = [[$uid => 0, 'ann' => 1], ['n' => $round % count($ids)],
        [$uid => []]];
    if ($answers !== $expected) {
        $wrong[] = $answers;
    }
}

function work(): void
{
    global $rounds, $name;
    for ($i = 0; $i < $rounds; $i++) {
        ask($i);
        Gateway::sendToUid('ann', "$name $i");
    }
}

function report(): void
{
    global $name, $wrong;
    fwrite(STDOUT, json_encode(['name' => $name, 'wrong' => array_slice($wrong, 0, 3),
        'flushed' => Gateway::flush(), 'sockets' => sockets()]) . "\n");
}

class Forks implements JsonSerializable
{
    public $pid = -1;

    #[ReturnTypeWillChange]
    public function jsonSerialize()
    {
        $this->pid = pcntl_fork();
        return 'nobody';
    }
}

/** A fork while a call's arguments are made: both processes make the call. */
function fork_in_a_call(): void
{
    global $name, $wrong;
    $forks = new Forks;
    $answer = Gateway::isUidsOnline([$forks, 'ann']);
    if ($answer !== ['nobody' => 0, 'ann' => 1]) {
        $wrong[] = $answer;
    }
    if ($forks->pid === 0) {
        $name = 'grandchild';
        work();
        report();
        exit;
    }
    pcntl_waitpid($forks->pid, $status);
}

$ends = [
    'exit' => fn() => exit(3),
    'killed' => fn() => posix_kill(getmypid(), SIGKILL),
    'throws' => function () {
        throw new Exception('on purpose');
    },
    'becomes another program' => fn() => pcntl_exec('/bin/true'),
    'forks' => fn() => exit(3),
];
work();
$before = sockets();
// What the parent has sent and nobody has confirmed is the parent's.
Gateway::sendToUid('ann', "parent $rounds");
ini_set('display_errors', '0');
ini_set('error_log', '/dev/null');
$pids = [];
foreach ($ends as $end => $how) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        $name = $end;
        $end !== 'forks' || fork_in_a_call();
        work();
        report();
        $how();
    }
    $pids[] = $pid;
}
for ($i = 0; $i < $rounds; $i++) {
    ask($i);
}
foreach ($pids as $pid) {
    pcntl_waitpid($pid, $status);
}
ask(0);
if (sockets() !== $before) {
    $wrong[] = 'the parent has other connections than before';
}
report();
