<?php
/**
 * One request that goes wrong, or does things late: $_GET['do'] says which of
 * the functions below. The Register may list a gateway that is not there.
 */
use GatewayClient\Gateway;

require __DIR__ . '/start.php';

Gateway::$addressesCacheDisable = true;
$ids = explode(',', $_GET['ids']);

class Calls implements JsonSerializable
{
    private $call;

    public function __construct(callable $call)
    {
        $this->call = $call;
    }

    #[ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return ($this->call)() ?? 'uid';
    }

    public function __toString(): string
    {
        return (string)(($this->call)() ?? 'uid');
    }

    public function __serialize(): array
    {
        return [($this->call)()];
    }
}

class CallsAtTheEnd
{
    private $call;

    public function __construct(callable $call)
    {
        $this->call = $call;
    }

    public function __destruct()
    {
        ($this->call)();
    }
}

class Note
{
}

function told(string $what, callable $call): void
{
    try {
        $call();
        echo "$what: done\n";
    } catch (Throwable $thrown) {
        echo "$what: ", get_class($thrown), ' ', $thrown->getMessage(), "\n";
    }
}

function fails(): void
{
    throw new LogicException('on purpose');
}

/** Too much memory, in one step or in many. */
function exhaust(): string
{
    for ($all = []; count($all) < 5000; ) {
        $all[] = str_repeat('x', 100000);
    }
    exit('there is no limit, not reached');
}

/** Every place in which a call runs the application's code. */
function everywhere(callable $call): array
{
    $argument = new Calls($call);
    return [
        'uid' => fn() => Gateway::sendToUid($argument, 'lost'),
        'list of uids' => fn() => Gateway::sendToUid(['ann', $argument], 'lost'),
        'list of groups' => fn() => Gateway::sendToGroup([$argument, 'room'], 'lost'),
        'body' => fn() => Gateway::sendToAll(['lost', $argument]),
        'exclude list' => fn() => Gateway::sendToGroup('room', 'lost', [$argument]),
        'question' => fn() => Gateway::isUidsOnline(['ann', $argument]),
        'session' => fn() => Gateway::setSession($GLOBALS['ids'][0], ['lost' => $argument]),
        'last words' => fn() => Gateway::closeClient($GLOBALS['ids'][0], [$argument]),
        'configuration' => function () use ($argument) {
            Chat::$registerAddress = $_GET['register'];
            Chat::$secretKey = $argument;
            Chat::sendToAll('lost');
        },
    ];
}

$requests = [
    'exit in the handler of a warning' => function () {
        set_error_handler(fn() => exit('left'));
        Gateway::sendToAll('partly');
        echo 'not reached';
    },
    'throw in the handler of a warning' => function () {
        set_error_handler('fails');
        Gateway::sendToAll('partly');
        echo 'not reached';
    },
    'die of memory in the handler of a warning' => function () {
        set_error_handler('exhaust');
        Gateway::sendToAll('partly');
        echo 'not reached';
    },
    'ask in the handler of a warning' => function () use ($ids) {
        set_error_handler(function () use ($ids) {
            @Gateway::sendToAll('inner');
            echo Gateway::getUidByClientId($ids[1]), ' ',
                Gateway::getSession($ids[1])['name'], "\n";
            return true;
        });
        Gateway::sendToAll('outer');
        $found = Gateway::getClientIdByUid('ann');
        echo json_encode(!array_diff($ids, $found)), "\n";
    },
    'throw in arguments' => function () {
        foreach (everywhere('fails') as $where => $call) {
            told($where, $call);
        }
    },
    'exit in an argument' => function () {
        everywhere(fn() => exit('left'))[$_GET['where']]();
        echo 'not reached';
    },
    'die of memory in an argument' => function () {
        everywhere('exhaust')[$_GET['where']]();
        echo 'not reached';
    },
    'ask in arguments' => function () use ($ids) {
        $asks = function () use ($ids) {
            echo Gateway::getUidByClientId($ids[0]), ' ';
            Gateway::sendToAll('inner');
            return null;
        };
        foreach (['uid', 'list of uids', 'question'] as $where) {
            told($where, everywhere($asks)[$where]);
        }
    },
    'throw in a destructor' => function () {
        told('of a message', fn() => Gateway::sendToAll('arrives', null, null, false, new CallsAtTheEnd('fails')));
        told('of a question', fn() => Gateway::isUidOnline('ann', new CallsAtTheEnd('fails')));
    },
    'exception that nobody catches' => function () {
        Gateway::sendToAll('arrives');
        Gateway::isOnline('no client_id');
    },
    'calls at the end' => function () use ($ids) {
        // What the end of the request before left would be found here.
        $memory = array_map(fn($i) => ["x$i" => $i], range(1, 1000));
        $note = serialize(['name' => 'Bob', 'note' => new Note]);
        Gateway::setSocketSession($ids[1], $note);
        if (!Gateway::getSession($ids[1])['note'] instanceof Note) {
            error_log('a class that is allowed was refused');
        }
        Gateway::setSession($ids[1], ['name' => 'Bob']);
        $call = function (string $from) use ($ids) {
            Gateway::sendToAll($from);
            return Gateway::getSession($ids[0])['name'] === 'Ann';
        };
        $log = function (string $from) use ($call) {
            error_log($from . ($call($from) ? ' was answered' : ' was not answered'));
            return true;
        };
        session_set_save_handler(fn() => true, fn() => true, fn() => '',
            fn() => $log('session'), fn() => true, fn() => true);
        ini_set('session.use_cookies', '0');
        session_start();
        $_SESSION['x'] = 1;
        register_shutdown_function(fn() => $log('shutdown'));
        ob_start(function (string $buffer) use ($log) {
            $log('buffer');
            return $buffer;
        });
        $GLOBALS['last'] = new CallsAtTheEnd(fn() => $log('destructor'));
        echo 'body';
        if ($_GET['finish'] ?? false) {
            fastcgi_finish_request();
            $log('finished');
        }
    },
    'burn time' => function () {
        set_time_limit(1);
        for (;;) {
            Gateway::isUidOnline('ann');
            // Only the processor's time counts.
            for ($i = 0; $i < 10000; $i++);
        }
    },
    'stalled' => function () use ($ids) {
        ini_set('gatewayclient.timeout', $_GET['timeout']);
        ['one' => fn() => Gateway::isOnline($ids[1]),
         'all' => fn() => Gateway::getClientIdByUid('ann'),
         'fresh' => function () use ($ids) {
             Gateway::$persistentConnection = false;
             Gateway::isOnline($ids[1]);
         }][$_GET['ask']]();
        for (;;) {
            // Whoever counts real time ends the script here.
        }
    },
    'session' => function () use ($ids) {
        echo Gateway::getSession($ids[1])['name'];
    },
    'uid' => function () use ($ids) {
        echo json_encode(Gateway::getUidByClientId($ids[0]));
    },
    'big reply' => function () use ($ids) {
        ini_set('memory_limit', $_GET['limit']);
        ['groups' => fn() => Gateway::getAllGroupIdList(),
         'sessions' => fn() => Gateway::getAllClientSessions(),
         'session' => fn() => Gateway::getSession($ids[0]),
         'members' => fn() => Gateway::getAllGroupClientIdList()][$_GET['ask']]();
        echo 'fits';
    },
];
$requests[$_GET['do']]();
