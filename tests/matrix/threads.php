<?php
/**
 * One request of a thread of threads.c, which gives $thread and $request. The
 * file that THREADS names has the cluster and the client of each thread. What
 * is written here is another in each, and nothing may be mixed up.
 */
use GatewayClient\Gateway;
use GatewayClient\GatewayProtocol;

$config = json_decode(file_get_contents(getenv('THREADS')), true);
['register' => $register, 'key' => $key, 'id' => $id] = $config['threads'][$thread];
$wrong = [];

function expect(string $what, $found, $wanted): void
{
    global $wrong;
    if ($found !== $wanted) {
        $wrong[] = [$what, $found, $wanted];
    }
}

set_error_handler(function ($level, $text) {
    $GLOBALS['wrong'][] = $text;
    return true;
});

/** Connections that this thread has made so far. */
function opened(): int
{
    ob_start();
    phpinfo(INFO_MODULES);
    preg_match('/Connections opened\D+(\d+)/', strip_tags(ob_get_clean()), $m);
    return (int)$m[1];
}

// php.ini's, whatever other threads and earlier requests have set.
expect('address at first', Gateway::$registerAddress, $config['address']);
expect('key at first', Gateway::$secretKey, '');
expect('timeout at first', ini_get('gatewayclient.timeout'), '30');
expect('frame at first', GatewayProtocol::$empty['cmd'], 0);

Gateway::$registerAddress = $register;
Gateway::$secretKey = $key;
$timeout = (string)(31 + $thread);
ini_set('gatewayclient.timeout', $timeout);
GatewayProtocol::$empty['cmd'] = 1 + $thread;

$uid = "uid $thread";
$group = "group $thread";
if ($request === 0) {
    Gateway::bindUid($id, $uid);
    Gateway::joinGroup($id, $group);
    Gateway::setSession($id, ['thread' => $thread]);
}
for ($i = 0; $i < $config['rounds']; $i++) {
    Gateway::sendToUid($uid, "$thread $request $i");
    expect('clients', Gateway::getClientIdByUid($uid), [$id]);
    expect('uid', Gateway::getUidByClientId($id), $uid);
    expect('session', Gateway::getSession($id), ['thread' => $thread]);
    expect('group', Gateway::getClientIdListByGroup($group), [$id => $id]);
    try {
        Gateway::isOnline("not the id of $thread");
        $wrong[] = 'not thrown';
    } catch (GatewayClient\GatewayException $thrown) {
        expect('words', $thrown->getMessage(), "client_id not the id of $thread is invalid");
    }
}
expect('flush', Gateway::flush(), true);
expect('address', Gateway::$registerAddress, $register);
expect('key', Gateway::$secretKey, $key);
expect('timeout', ini_get('gatewayclient.timeout'), $timeout);
expect('frame', GatewayProtocol::$empty['cmd'], 1 + $thread);
expect('connections', opened(), 1);

if ($wrong) {
    file_put_contents("{$config['folder']}/wrong-$thread-$request", json_encode($wrong));
    exit(1);
}

class TooMuch implements JsonSerializable
{
    #[ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return str_repeat('x', 16 << 20);
    }
}

// Some end in the middle of a call, others die there.
if ($request % 3 === 1) {
    set_error_handler(function () {
        exit(0);
    });
    Gateway::sendToGroup('', 'warns');
    exit(1);
}
if ($request % 3 === 2) {
    register_shutdown_function(function () {
        $error = error_get_last();
        exit(strpos($error['message'] ?? '', 'Allowed memory size') === 0 ? 0 : 1);
    });
    ini_set('memory_limit', '8M');
    Gateway::sendToUid([new TooMuch], 'lost');
}
