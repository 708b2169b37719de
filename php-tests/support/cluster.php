<?php
// A scripted cluster for one test; see peer.php. Stops with the test.

// Seconds for what ends by itself, also under valgrind on a busy machine.
const PLENTY = 60;

ini_set('pcre.jit', '0'); // reads beyond ends, which valgrind tells
ini_set('gatewayclient.timeout', (string)PLENTY);

const CMD_IS_ONLINE = 11;
const CMD_GATEWAY_CLIENT_CONNECT = 202;

final class Cluster
{
    public $register;
    public $gateways;
    public $lookups = 0;

    private $process;
    private $in;
    private $out;

    public function __construct(int $gateways = 1)
    {
        $module = is_file(PHP_EXTENSION_DIR . '/json.' . PHP_SHLIB_SUFFIX);
        $json = $module ? ['-d', 'extension=json'] : [];
        $this->process = proc_open(
            [self::php(), '-n', ...$json, __DIR__ . '/peer.php', (string)$gateways],
            [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
        [$this->in, $this->out] = $pipes;
        $hello = $this->hear();
        $this->register = $hello['register'];
        $this->gateways = $hello['gateways'];
        GatewayClient\Gateway::$registerAddress = $this->register;
    }

    public static function php(): string
    {
        return getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY;
    }

    private function hear(): array
    {
        stream_set_timeout($this->out, PLENTY);
        $line = fgets($this->out);
        if ($line === false) {
            die("the scripted peer is gone\n");
        }
        return json_decode($line, true);
    }

    private function ask(array $command): array
    {
        fwrite($this->in, json_encode($command) . "\n");
        $answer = $this->hear();
        $this->lookups = $answer['lookups'];
        return $answer;
    }

    // The client_id of a connection of a gateway.
    public function id(int $connection, int $gateway = 0): string
    {
        [$ip, $port] = explode(':', $this->gateways[$gateway]);
        return bin2hex(pack('NnN', ip2long($ip), $port, $connection));
    }

    // Any of the peer's scripts: order, registerLine, registerSilent,
    // registerKey, gatewayKey.
    public function set(array $scripts): void
    {
        $this->ask(['do' => 'set', 'set' => $scripts]);
    }

    public function mode(int $gateway, string $mode): void
    {
        $this->ask(['do' => 'mode', 'gateway' => $gateway, 'mode' => $mode]);
    }

    // The next replies of a gateway, as values.
    public function replies(int $gateway, ...$values): void
    {
        $this->rawReplies($gateway, ...array_map('serialize', $values));
    }

    public function rawReplies(int $gateway, string ...$replies): void
    {
        $this->ask(['do' => 'replies', 'gateway' => $gateway,
                    'replies' => array_map('bin2hex', $replies)]);
    }

    // The next reply of a gateway: so many groups of so many bytes.
    public function manyGroups(int $gateway, int $count, int $length): void
    {
        $this->ask(['do' => 'many', 'gateway' => $gateway,
                    'count' => $count, 'length' => $length]);
    }

    // Ends every connection to the gateways. The kernel may tell this side of
    // it later than the peer answers.
    public function drop(): void
    {
        $this->ask(['do' => 'drop']);
        $end = microtime(true) + PLENTY / 2;
        while ($this->connected()) {
            if (microtime(true) > $end) {
                die("a connection to a gateway did not end\n");
            }
            usleep(1000);
        }
    }

    // Whether a connection to a gateway is established in the kernel's eyes; no
    // where it does not show them.
    private function connected(): bool
    {
        $ends = [];
        foreach ($this->gateways as $address) {
            [$ip, $port] = explode(':', $address);
            $ends[] = sprintf('%08X:%04X 01', unpack('L', inet_pton($ip))[1], $port);
        }
        $table = (string)@file_get_contents('/proc/self/net/tcp');
        // Number: local address, remote address, state.
        return (bool)preg_match('/^ *\d+: \S+ (' . implode('|', $ends) . ') /m', $table);
    }

    // What the gateways received since the last time: waits until it is so
    // many bytes. A list of [gateway, connection, bytes].
    public function log(int $bytes = 1, float $wait = PLENTY / 2): array
    {
        $log = $this->ask(['do' => 'log', 'bytes' => $bytes, 'wait' => $wait])['log'];
        foreach ($log as &$entry) {
            $entry['bytes'] = hex2bin($entry['bytes']);
        }
        return $log;
    }

    // The frames of a log as "GATEWAY: cmd N connection C flag F ext body",
    // less the authorisation and the library's own questions about
    // connection 0.
    public function frames(int $count = 1, float $wait = PLENTY / 2): array
    {
        $frames = [];
        $end = microtime(true) + $wait;
        do {
            foreach ($this->log(1, $count ? max(0, $end - microtime(true)) : 0) as $entry) {
                foreach (split_frames($entry['bytes']) as $f) {
                    $probe = $f['cmd'] === CMD_IS_ONLINE && $f['connection_id'] === 0;
                    if ($f['cmd'] !== CMD_GATEWAY_CLIENT_CONNECT && !$probe) {
                        $frames[] = sprintf('%d: cmd %d connection %d flag %d %s|%s',
                            $entry['gateway'], $f['cmd'], $f['connection_id'],
                            $f['flag'], addcslashes($f['ext'], "\0..\37\177..\377"), $f['body']);
                    }
                }
            }
        } while (count($frames) < $count && microtime(true) < $end);
        sort($frames);
        return $frames;
    }
}

function split_frames(string $bytes): array
{
    $frames = [];
    while ($bytes !== '') {
        if (strlen($bytes) < 28) {
            die("the scripted peer told a part of a frame\n");
        }
        $f = unpack('Nlen/Ccmd/Nlocal_ip/nlocal_port/Nclient_ip/nclient_port/' .
                    'Nconnection_id/Cflag/ngateway_port/Next_len', $bytes);
        $f['ext'] = substr($bytes, 28, $f['ext_len']);
        $f['body'] = substr($bytes, 28 + $f['ext_len'], $f['len'] - 28 - $f['ext_len']);
        $f['bytes'] = substr($bytes, 0, $f['len']);
        $frames[] = $f;
        $bytes = (string)substr($bytes, $f['len']);
    }
    return $frames;
}

// An address where nobody listens, nor will while the test runs.
function dead_address(): string
{
    static $held = [];
    $held[] = $socket = socket_bind_only();
    return $socket[1];
}

// A port that is bound but not listening: connections are refused, and no
// other program gets it.
function socket_bind_only(): array
{
    $server = stream_socket_server('tcp://127.0.0.1:0', $no, $text, STREAM_SERVER_BIND);
    return [$server, stream_socket_get_name($server, false)];
}

// The call has to end within so many seconds: for what does not end by itself.
function within(float $seconds, callable $call)
{
    ini_set('gatewayclient.timeout', (string)$seconds);
    try {
        return $call();
    } finally {
        ini_set('gatewayclient.timeout', (string)PLENTY);
    }
}

function show($value): void
{
    echo json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
}

// Runs and prints what came of it: the value, or the exception.
function attempt(callable $call): void
{
    try {
        show($call());
    } catch (\Throwable $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}

// Warnings print as one short line; ports and paths vary and are left out.
function short_warnings(): void
{
    set_error_handler(function ($level, $text) {
        $names = [E_WARNING => 'Warning', E_DEPRECATED => 'Deprecated', E_NOTICE => 'Notice'];
        echo $names[$level] ?? $level, ': ',
            preg_replace('/127\.0\.0\.1:\d+/', '127.0.0.1:PORT', $text), "\n";
        return true;
    });
}
