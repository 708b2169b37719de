<?php
// Replays recorded calls of the pure PHP class against a scripted cluster.

require_once __DIR__ . '/cluster.php';

use GatewayClient\Context;
use GatewayClient\Gateway;

// Where we differ from the recording on purpose; everything else is equal.
//
//  - "throws": the class is GatewayException, which extends Exception; the
//    message is the same, and says more after "return false".
//  - "echoes": an E_WARNING with the same words instead of printing them.
//  - "warnings" of PHP's socket functions before an exception: none, the
//    exception says it.
//  - a client_id of no gateway: nobody is connected to, and is online there.
//  - persistent connections: the authorisation is sent once for each
//    connection, not before each command; it is left out of the comparison.

const RECORDED_PORTS = ['127.0.0.1:2900' => 0, '127.0.0.1:2950' => 1];

final class Replay
{
    private $cluster;
    private $ids = [];     // $A, $B, $C as recorded
    private $persistent;
    private $count = 0;
    private $wrong = 0;

    // $key: the cluster's secret key; null: it has none.
    public static function file(string $name, bool $persistent, ?string $key = null): void
    {
        $lines = file(__DIR__ . '/../../tests/vectors/' . $name);
        $replay = new self(json_decode(array_shift($lines), true)['client_ids'], $persistent);
        if ($key !== null) {
            Gateway::$secretKey = $key;
            $replay->cluster->set(['registerKey' => $key, 'gatewayKey' => $key]);
        }
        foreach ($lines as $line) {
            $replay->line(json_decode($line, true));
        }
        printf("%s: %s of %d lines differ\n", $name, $replay->wrong ?: 'none', $replay->count);
    }

    private function __construct(array $ids, bool $persistent)
    {
        $this->ids = $ids;
        $this->persistent = $persistent;
        $this->cluster = new Cluster(2);
        Gateway::$persistentConnection = $persistent;
        Gateway::$addressesCacheDisable = true;
    }

    // Recorded client ids hold recorded ports.
    private function here(string $text): string
    {
        return str_replace(
            [substr($this->ids['A'], 0, 12), substr($this->ids['C'], 0, 12)],
            [substr($this->cluster->id(0, 0), 0, 12), substr($this->cluster->id(0, 1), 0, 12)],
            $text);
    }

    private function line(array $line): void
    {
        $this->count++;
        // Context's methods see no network: with the recorded ids as they are.
        $here = strncmp($line['call'], 'Context::', 9) ? [$this, 'here'] : 'strval';
        $this->script($line['wire']);
        $result = $this->call($here($line['call']), array_map($here, $this->ids));
        if (strpos($line['throws'] ?? '', 'tcp://0.0.0.0:0 ') !== false) {
            $line = ['returns' => 'i:0;', 'throws' => null] + $line;
        }
        $expected = [
            'returns' => $here($line['returns']),
            'throws' => isset($line['throws']) ? $this->words($line['throws']) : null,
            'warns' => isset($line['echoes']) ? [$this->words($line['echoes'])] : [],
        ];
        $this->compare($line['call'], $expected, $result);
        $this->compare($line['call'], $this->recorded($line['wire']), $this->sent($line['wire']));
    }

    private function script(array $wire): void
    {
        $order = [];
        foreach ($wire as $connection) {
            $gateway = RECORDED_PORTS[$connection['to']];
            $order[] = $this->cluster->gateways[$gateway];
            if (isset($connection['recv'])) {
                $this->cluster->rawReplies($gateway, substr(hex2bin($connection['recv']), 4));
            }
        }
        // The Register's order is that in which the reference asked.
        $this->cluster->set(['order' => array_values(array_unique(
            array_merge($order, $this->cluster->gateways)))]);
    }

    // "Exception: words", with the recorded Register's port.
    private function words(string $text): string
    {
        $text = preg_replace('/ return false$/',
            '$0 (closed without an answer: wrong or missing secret key?)', $text);
        return str_replace(['Exception: ', '127.0.0.1:1236'], ['', $this->cluster->register], $text);
    }

    private function call(string $code, array $ids): array
    {
        ['A' => $A, 'B' => $B, 'C' => $C] = $ids;
        $result = ['returns' => 'N;', 'throws' => null, 'warns' => []];
        set_error_handler(function ($level, $text) use (&$result) {
            $result['warns'][] = preg_replace('/^GatewayClient\\\\Gateway::\w+\(\): /', '', $text);
            return true;
        }, E_WARNING);
        try {
            $code = preg_replace('/\b(Gateway|Context)::/', '\\GatewayClient\\\\$1::', $code);
            $result['returns'] = serialize(eval("return $code;"));
        } catch (GatewayClient\GatewayException $e) {
            $result['throws'] = $e->getMessage();
        }
        restore_error_handler();
        return $result;
    }

    // Gateway => what was sent to it, one string for each connection.
    private function recorded(array $wire): array
    {
        $sent = [];
        foreach ($wire as $connection) {
            $sent[RECORDED_PORTS[$connection['to']]][] = $this->comparable(hex2bin($connection['send']));
        }
        ksort($sent);
        return $sent;
    }

    // The same of what really was sent; waits until it is as much.
    private function sent(array $wire): array
    {
        $missing = strlen(implode('', array_merge([], ...$this->recorded($wire))));
        $end = microtime(true) + PLENTY / 2;
        $sent = [];
        do {
            $wait = $missing > 0 ? max(0, $end - microtime(true)) : 0;
            foreach ($this->cluster->log(1, $wait) as $entry) {
                $bytes = $this->comparable($entry['bytes']);
                $key = [$entry['gateway'], $entry['connection']];
                $sent[$key[0]][$key[1]] = ($sent[$key[0]][$key[1]] ?? '') . $bytes;
                $missing -= strlen($bytes);
            }
        } while ($missing > 0 && microtime(true) < $end);
        ksort($sent);
        return array_map(function ($connections) {
            return array_values(array_filter($connections, 'strlen'));
        }, $sent);
    }

    private function comparable(string $bytes): string
    {
        if (!$this->persistent) {
            return bin2hex($bytes);
        }
        $rest = '';
        foreach (split_frames($bytes) as $frame) {
            if ($frame['cmd'] !== CMD_GATEWAY_CLIENT_CONNECT) {
                $rest .= bin2hex($frame['bytes']);
            }
        }
        return $rest;
    }

    private function compare(string $call, $expected, $found): void
    {
        if ($expected !== $found) {
            $this->wrong++;
            echo $call, "\n- ", json_encode($expected), "\n+ ", json_encode($found), "\n";
        }
    }
}
