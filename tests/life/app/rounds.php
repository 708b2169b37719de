<?php
/**
 * What a request does in every host: a round of calls to each cluster that it
 * has a class for, and what must be true of them.
 */

declare(strict_types=1);

use GatewayClient\GatewayException;

function refused(callable $call): bool
{
    try {
        $call();
        return false;
    } catch (GatewayException $refused) {
        return $refused->getMessage() !== '';
    }
}

/** The message says whose number it is. Its client has the client_id $id. */
function round_of_calls(string $gateway, string $name, string $id, int $number): array
{
    $message = "$name $number";
    $nobody = "nobody $number";
    return [
        'the message' => (intdiv($number, 2) % 2 === 0
            ? $gateway::sendToUid('ann', $message)
            : $gateway::sendToGroup(['room', $nobody], $message)) === null,
        'isUidOnline' => $gateway::isUidOnline('ann') === 1,
        'getSession' => $gateway::getSession($id) === ['cluster' => $name],
        'getUidByClientId' => $gateway::getUidByClientId($id) === 'ann',
        'getClientIdByUid' => $gateway::getClientIdByUid('ann') === [$id],
        'isUidsOnline' => $gateway::isUidsOnline([$nobody, 'ann'])
            === [$nobody => 0, 'ann' => 1],
        'getAllClientSessions' => $gateway::getAllClientSessions()
            === [$id => ['cluster' => $name]],
        'getUidListByGroup' => $gateway::getUidListByGroup('room')
            === ['ann' => 'ann'],
        'a client_id that is none' => refused(fn() => $gateway::isOnline($nobody)),
        'a group that is none' => @$gateway::sendToGroup('', $nobody) === false,
        // From here on the message is promised.
        'flush' => $gateway::flush(),
    ];
}

/**
 * JSON for tests/life/load.py. $query has the request's number and, by the
 * clusters' names, the client_ids; $classes has the classes by these names. $open
 * is how many connections of its own clients the process has: each takes memory.
 */
function answer(array $query, array $classes, int $open = 0): string
{
    $heap = memory_get_usage();
    $calls = 0;
    $wrong = [];
    foreach ($classes as $name => $class) {
        $right = round_of_calls($class, $name, $query[$name], (int)$query['number']);
        $calls += count($right);
        foreach (array_keys($right, false, true) as $what) {
            $wrong[] = "$name: $what";
        }
    }
    return json_encode(['pid' => getmypid(), 'calls' => $calls,
        'wrong' => $wrong, 'heap' => $heap, 'open' => $open], JSON_THROW_ON_ERROR);
}
