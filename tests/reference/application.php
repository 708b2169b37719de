<?php
/**
 * A small chat as a BusinessWorker application. Everything that an Events
 * callback sees is appended to the file EVENTS_LOG, a JSON object a line, for a
 * test to compare; what it is told to do, it does with the Gateway API.
 *
 * Messages are words: join GROUP, leave GROUP, group GROUP TEXT, uid UID,
 * to-uid UID TEXT, all TEXT, set KEY VALUE, session, sessions GROUP, online UID,
 * count, bye TEXT. Anything else is echoed.
 */

declare(strict_types=1);

use GatewayWorker\BusinessWorker;
use GatewayWorker\Lib\Gateway;
use Workerman\Timer;

class Events
{
    private const ATTACHED_SECONDS = 0.02;

    private static string $worker = '';

    /** Appends one line; the session is what the callback found. */
    private static function note(string $event, array $more = []): void
    {
        $line = ['event' => $event, 'worker' => self::$worker, 'pid' => getmypid()] + $more;
        file_put_contents(getenv('EVENTS_LOG'), json_encode($line,
            JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE) . "\n",
            FILE_APPEND | LOCK_EX);
    }

    private static function noteClient(string $event, string $clientId, array $more = []): void
    {
        self::note($event, ['client_id' => $clientId, 'session' => $_SESSION,
            'server' => $_SERVER] + $more);
    }

    /** Tells when this worker has new connections to gateways. */
    public static function onWorkerStart(BusinessWorker $worker): void
    {
        self::$worker = "$worker->name:$worker->id";
        self::note('worker start');
        $told = $seen = [];
        Timer::add(self::ATTACHED_SECONDS, static function () use ($worker, &$told, &$seen): void {
            $now = array_keys($worker->gatewayConnections);
            sort($now);
            // Those of the last tick have sent their introduction by now.
            if ($now === $seen && $now !== $told) {
                $told = $now;
                self::note('attached', ['gateways' => $now]);
            }
            $seen = $now;
        });
    }

    public static function onConnect(string $clientId): void
    {
        self::noteClient('connect', $clientId);
        $_SESSION['seen'] = ['connect'];
        Gateway::sendToClient($clientId, json_encode(
            ['type' => 'init', 'client_id' => $clientId]));
    }

    public static function onWebSocketConnect(string $clientId, array $data): void
    {
        self::noteClient('websocket connect', $clientId, ['data' => $data]);
        $_SESSION['seen'][] = 'websocket';
        $_SESSION['room'] = $data['get']['room'] ?? null;
        $_SESSION['user'] = $data['cookie']['user'] ?? null;
        if (isset($data['get']['room'])) {
            Gateway::joinGroup($clientId, $data['get']['room']);
        }
    }

    public static function onMessage(string $clientId, mixed $message): void
    {
        self::noteClient('message', $clientId, ['message' => base64_encode($message)]);
        [$word, $what, $text] = explode(' ', $message, 3) + ['', '', ''];
        $answer = match ($word) {
            'join' => Gateway::joinGroup($clientId, $what),
            'leave' => Gateway::leaveGroup($clientId, $what),
            'group' => Gateway::sendToGroup($what, $text),
            'uid' => Gateway::bindUid($clientId, $what),
            'to-uid' => Gateway::sendToUid($what, $text),
            'all' => Gateway::sendToAll("$what $text"),
            'set' => $_SESSION[$what] = $text,
            'session' => $_SESSION,
            'sessions' => Gateway::getClientSessionsByGroup($what),
            'online' => Gateway::isUidOnline($what),
            'count' => Gateway::getAllClientCount(),
            'bye' => Gateway::closeClient($clientId, $what),
            default => $message,
        };
        if ($word !== 'bye') {
            $text = is_string($answer) ? $answer : json_encode($answer);
            Gateway::sendToCurrentClient("$word: $text");
        }
    }

    public static function onClose(string $clientId): void
    {
        self::noteClient('close', $clientId);
    }

    public static function onWorkerStop(BusinessWorker $worker): void
    {
        self::note('worker stop');
    }
}
