<?php
// A scripted Register and its gateways, for one test. Started by cluster.php:
//
//   php peer.php GATEWAYS
//
// Listens on ports of the system's choice and prints them. Then reads one JSON
// command a line and answers each with one JSON line; in between it serves.
// Ends with its standard input, at the latest after ten minutes: longer than
// a test may take under valgrind.

const LIFETIME = 600;
const HEAD = 28;
const CMD_CLIENT_CONNECT = 202;

// What a gateway without clients replies; other commands have no reply.
const REPLIES = [
    10 => 'a:0:{}', 11 => 'i:0;', 15 => 'a:0:{}', 16 => 'a:0:{}',
    23 => 'a:0:{}', 24 => 'i:0;', 25 => 'a:0:{}', 26 => 'a:0:{}',
    28 => 'a:0:{}', 203 => 'N;',
];

final class Connection
{
    public $stream;
    public $gateway;       // number, or -1: the Register
    public $id;
    public $received = ''; // all of it
    public $handled = 0;   // bytes of it that were whole frames
    public $reported = 0;  // bytes of it that a log told
}

final class Peer
{
    private $register;
    private $gateways = [];
    private $connections = [];
    private $accepted = 0;
    private $lookups = 0;

    // Scripts, set by commands.
    private $order = [];         // addresses that the Register gives
    private $registerLine = null;  // instead of the list; '' closes
    private $registerSilent = false;
    private $registerKey = null;   // null: any
    private $gatewayKey = null;    // null: any
    private $modes = [];         // gateway => normal, stalled, closing, half
    private $replies = [];       // gateway => queue of replies

    public function __construct(int $count)
    {
        $this->register = $this->listen();
        for ($i = 0; $i < $count; $i++) {
            $this->gateways[] = $this->listen();
            $this->modes[] = 'normal';
            $this->replies[] = [];
            $this->order[] = $this->address($this->gateways[$i]);
        }
    }

    private function listen()
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        stream_set_blocking($server, false);
        return $server;
    }

    private function address($server): string
    {
        return stream_socket_get_name($server, false);
    }

    public function run(): void
    {
        $this->tell(['register' => $this->address($this->register),
                     'gateways' => $this->order]);
        $end = time() + LIFETIME;
        while (time() < $end && $this->turn(true)) {
        }
    }

    private function tell(array $answer): void
    {
        fwrite(STDOUT, json_encode($answer) . "\n");
    }

    // One turn of the loop; false: the test has gone.
    private function turn(bool $commands, float $wait = 1.0): bool
    {
        $read = array_merge([$this->register], array_filter($this->gateways),
                            array_column($this->connections, 'stream'));
        if ($commands) {
            $read[] = STDIN;
        }
        $write = $except = [];
        if (!@stream_select($read, $write, $except, (int)$wait,
                            (int)(fmod($wait, 1) * 1e6))) {
            return true;
        }
        foreach ($read as $stream) {
            if ($stream === STDIN) {
                $line = fgets(STDIN);
                if ($line === false) {
                    return false;
                }
                $this->command(json_decode($line, true));
            } elseif ($stream === $this->register) {
                $this->accept($stream, -1);
            } elseif (($i = array_search($stream, $this->gateways, true)) !== false) {
                $this->accept($stream, $i);
            } else {
                $this->receive($stream);
            }
        }
        return true;
    }

    private function accept($server, int $gateway): void
    {
        $stream = @stream_socket_accept($server, 0);
        if (!$stream) {
            return;
        }
        stream_set_blocking($stream, false);
        if ($gateway >= 0 && $this->modes[$gateway] === 'closing') {
            fclose($stream);
            return;
        }
        $c = new Connection;
        $c->stream = $stream;
        $c->gateway = $gateway;
        $c->id = $this->accepted++;
        $this->connections[(int)$stream] = $c;
    }

    private function receive($stream): void
    {
        $c = $this->connections[(int)$stream] ?? null;
        if (!$c) {
            return;
        }
        $bytes = fread($stream, 1 << 20);
        if ($bytes === '' || $bytes === false) {
            if (feof($stream)) {
                $this->close($c);
            }
            return;
        }
        $c->received .= $bytes;
        $c->gateway < 0 ? $this->answerLookup($c) : $this->handleFrames($c);
    }

    private $finished = []; // closed, not yet told by a log

    private function close(Connection $c): void
    {
        if (is_resource($c->stream)) {
            unset($this->connections[(int)$c->stream]);
            fclose($c->stream);
        }
        if ($c->gateway >= 0 && $c->handled > $c->reported) {
            $this->finished[] = $c;
        }
    }

    private function answerLookup(Connection $c): void
    {
        if (strpos($c->received, "\n") === false || $this->registerSilent) {
            return;
        }
        $this->lookups++;
        $asked = json_decode($c->received, true);
        if ($this->registerKey !== null && $asked['secret_key'] !== $this->registerKey) {
            $this->close($c);
            return;
        }
        $line = $this->registerLine ?? json_encode(
            ['event' => 'broadcast_addresses', 'addresses' => $this->order]) . "\n";
        if ($line === '') {
            $this->close($c);
        } else {
            fwrite($c->stream, $line);
        }
    }

    private function handleFrames(Connection $c): void
    {
        while (strlen($c->received) >= $c->handled + HEAD) {
            $head = unpack('Nlen/Ccmd', $c->received, $c->handled);
            if (strlen($c->received) < $c->handled + $head['len']) {
                return;
            }
            $body = substr($c->received, $c->handled + HEAD, $head['len'] - HEAD);
            $c->handled += $head['len'];
            if (!$this->handle($c, $head['cmd'], $body)) {
                return;
            }
        }
    }

    private function handle(Connection $c, int $cmd, string $body): bool
    {
        $mode = $this->modes[$c->gateway];
        if ($cmd === CMD_CLIENT_CONNECT && $this->gatewayKey !== null &&
            json_decode($body, true)['secret_key'] !== $this->gatewayKey) {
            $this->close($c);
            return false;
        }
        if (!isset(REPLIES[$cmd]) || $mode === 'stalled') {
            return true;
        }
        $reply = array_shift($this->replies[$c->gateway]) ?? REPLIES[$cmd];
        $reply = pack('N', strlen($reply)) . $reply;
        if ($mode === 'half') {
            fwrite($c->stream, substr($reply, 0, 5));
            return true;
        }
        stream_set_blocking($c->stream, true);
        fwrite($c->stream, $reply);
        stream_set_blocking($c->stream, false);
        return true;
    }

    private function command(array $command): void
    {
        $answer = [];
        switch ($command['do']) {
        case 'set':
            foreach ($command['set'] as $name => $value) {
                $this->$name = $value;
            }
            break;
        case 'mode':
            $this->modes[$command['gateway']] = $command['mode'];
            break;
        case 'replies':
            foreach ($command['replies'] as $reply) {
                $this->replies[$command['gateway']][] = hex2bin($reply);
            }
            break;
        case 'many':
            $groups = [];
            for ($i = 0; $i < $command['count']; $i++) {
                $groups[] = str_pad("group$i", $command['length'], 'x');
            }
            $this->replies[$command['gateway']][] = serialize($groups);
            break;
        case 'drop': // what a restarting gateway does to its connections
            foreach ($this->connections as $c) {
                if ($c->gateway >= 0) {
                    $this->close($c);
                }
            }
            break;
        case 'log':
            $answer = $this->log($command['bytes'], $command['wait']);
            break;
        }
        $this->tell($answer + ['lookups' => $this->lookups]);
    }

    private function news(): array
    {
        $news = array_filter(array_merge($this->finished, array_values($this->connections)),
            function ($c) {
                return $c->gateway >= 0 && $c->handled > $c->reported;
            });
        usort($news, function ($a, $b) {
            return $a->id - $b->id;
        });
        return $news;
    }

    // Whole frames that came since the last log: waits for so many bytes.
    private function log(int $bytes, float $wait): array
    {
        $end = microtime(true) + $wait;
        do {
            $sum = 0;
            foreach ($this->news() as $c) {
                $sum += $c->handled - $c->reported;
            }
            $left = $end - microtime(true);
            // Once more without waiting: what should not come may be there.
            $this->turn(false, $sum >= $bytes ? 0.0 : max(0.0, min(0.1, $left)));
        } while ($sum < $bytes && $left > 0);
        $log = [];
        foreach ($this->news() as $c) {
            $log[] = ['gateway' => $c->gateway, 'connection' => $c->id,
                      'bytes' => bin2hex(substr($c->received, $c->reported,
                                               $c->handled - $c->reported))];
            $c->reported = $c->handled;
        }
        $this->finished = [];
        return ['log' => $log];
    }
}

(new Peer((int)$argv[1]))->run();
