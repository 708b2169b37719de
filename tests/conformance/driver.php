<?php
/**
 * Makes the calls of the conformance matrix, one after the other, and tells
 * what each returned, threw, warned of and printed.
 *
 *   php driver.php HOST:PORT [AUTOLOAD]
 *
 * Connects to HOST:PORT and speaks lines of JSON. AUTOLOAD, the reference's,
 * brings the pure class; without it the extension must be loaded. It is TCP on
 * purpose: an answer comes behind the bytes that the call itself has sent.
 *
 * {"start": {"registerAddress": ..., ...}} sets the class's properties and
 * forgets the sequence before. {"call": "Gateway::x", "args": [...],
 * "with": {property: value}} calls with properties that go back afterwards.
 * {"context": {...}} sets the Context's; {"worker": ["host:port", ...]} makes
 * the class work inside a worker, whose connections only note what is sent.
 * values.py has the form of arguments.
 */

use GatewayClient\Context;
use GatewayClient\Gateway;
use GatewayClient\GatewayProtocol;

const PROPERTIES = ['registerAddress', 'secretKey', 'connectTimeout',
    'persistentConnection', 'addressesCacheDisable'];
// What the pure class lacks.
const PURE_NAMES = ['destroyClient' => 'destoryClient'];

error_reporting(E_ALL);
$pure = isset($argv[2]);
if ($pure) {
    require $argv[2];
}

require __DIR__ . '/subclasses.php';

/** A worker's connection to a gateway. */
class GatewayConnection
{
    public array $sent = [];

    public function send($data, $raw = false)
    {
        $this->sent[] = $raw ? $data : GatewayProtocol::encode($data);
        return true;
    }
}

class BusinessWorker
{
    public array $gatewayConnections = [];

    public function getAllGatewayAddresses(): array
    {
        return array_keys($this->gatewayConnections);
    }
}

function value($v)
{
    if (!is_array($v)) {
        return $v;
    }
    $content = reset($v);
    switch (key($v)) {
        case 'b':
            return base64_decode($content);
        case 'f':
            return ['INF' => INF, '-INF' => -INF, 'NAN' => NAN][$content]
                ?? (float) $content;
        case 'l':
            return array_map('value', $content);
        case 'a':
        case 'o':
            $array = [];
            foreach ($content as [$key, $item]) {
                $array[value($key)] = value($item);
            }
            return key($v) === 'o' ? (object) $array : $array;
        case 'rep':
            return str_repeat(value($content[0]), $content[1]);
    }
    throw new LogicException('no value: ' . json_encode($v));
}

function configure(string $class, array $properties): array
{
    $before = [];
    foreach ($properties as $name => $value) {
        $before[$name] = $class::$$name;
        $class::$$name = $value;
    }
    return $before;
}

/** The pure class keeps one list of addresses for all Registers. */
function forgetAddresses(): void
{
    $before = configure(Gateway::class, ['addressesCacheDisable' => true]);
    Closure::bind(static function () {
        Gateway::getAllGatewayAddressesFromRegister();
    }, null, Gateway::class)();
    configure(Gateway::class, $before);
}

function start(array $properties): void
{
    global $worker, $pure;
    configure(Gateway::class, $properties);
    configure(Chat::class, $properties);
    Context::clear();
    Gateway::setBusinessWorker($worker = null);
    unset($GLOBALS['_SESSION']);
    if ($pure) {
        forgetAddresses();
    }
}

function useWorker(?array $addresses): void
{
    global $worker;
    $worker = null;
    if ($addresses !== null) {
        $worker = new BusinessWorker();
        foreach ($addresses as $address) {
            $worker->gatewayConnections[$address] = new GatewayConnection();
        }
    }
    Gateway::setBusinessWorker($worker);
}

/** What the worker's connections were given since the last call. */
function takeSent(): array
{
    global $worker;
    $sent = [];
    foreach ($worker->gatewayConnections ?? [] as $address => $connection) {
        if ($connection->sent) {
            $sent[$address] = array_map('base64_encode', $connection->sent);
        }
        $connection->sent = [];
    }
    return $sent;
}

function callee(string $name): array
{
    global $pure;
    [$class, $method] = explode('::', $name);
    $method = $pure ? PURE_NAMES[$method] ?? $method : $method;
    return [class_exists($class, false) ? $class : "GatewayClient\\$class", $method];
}

function perform(array $request): array
{
    global $pure;
    $callee = callee($request['call']);
    $arguments = array_map('value', $request['args']);
    $answer = ['notes' => []];
    Tenant::$asked = [];
    set_error_handler(static function (int $level, string $text) use (&$answer) {
        if (error_reporting() & $level) {
            $answer['notes'][] = [$level, base64_encode($text)];
        }
        return true;
    });
    $before = configure($callee[0], $request['with'] ?? []);
    ob_start();
    try {
        $answer['returns'] = base64_encode(serialize($callee(...$arguments)));
    } catch (Throwable $thrown) {
        $answer['throws'] = [get_class($thrown),
            base64_encode($thrown->getMessage())];
    }
    $answer['echoes'] = base64_encode(ob_get_clean());
    restore_error_handler();
    configure($callee[0], $before);
    if ($pure && isset($request['with']['registerAddress'])) {
        forgetAddresses();
    }
    if (isset($GLOBALS['_SESSION'])) {
        $answer['session'] = base64_encode(serialize($GLOBALS['_SESSION']));
    }
    $answer['worker'] = takeSent();
    $answer['asked'] = array_map('base64_encode', Tenant::$asked);
    return $answer;
}

function answer(array $request): array
{
    if (isset($request['start'])) {
        start($request['start']);
    } elseif (array_key_exists('worker', $request)) {
        useWorker($request['worker']);
    } elseif (isset($request['context'])) {
        Context::clear();
        unset($GLOBALS['_SESSION']);
        if ($request['context']) {
            // As a BusinessWorker does before it handles an event.
            $GLOBALS['_SESSION'] = [];
        }
        foreach ($request['context'] as $name => $value) {
            Context::$$name = $value;
        }
    } else {
        return perform($request);
    }
    return [];
}

const HOURS = 3600;
$stream = stream_socket_client("tcp://$argv[1]");
// Other cells may have work for long.
stream_set_timeout($stream, 24 * HOURS);
while (($line = fgets($stream)) !== false) {
    $request = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
    fwrite($stream, json_encode(answer($request) ?: (object) [],
        JSON_THROW_ON_ERROR) . "\n");
}
