<?php
// Calls of all that asks or tells gateways, for fuzz_php_gateway.c: closures
// that take a string, each with what the stub file promises of its result.
use GatewayClient\Context;
use GatewayClient\Gateway;
use GatewayClient\GatewayException;
use GatewayClient\GatewayProtocol;

// The promise was not kept: nobody catches it.
function check(bool $kept): bool
{
    return $kept ?: throw new Error('a promise was not kept');
}

// Of a gateway that is listed, or of one that is not.
function id(string $s): string
{
    return sprintf('0a000001%04x%08x', 2900 + ord($s[0] ?? 'x') % 5, ord($s[1] ?? 'x') % 16);
}

function all_are($list, callable $is): bool
{
    check(is_array($list));
    foreach ($list as $key => $value) {
        check($is($value, $key));
    }
    return true;
}

function is_id($value): bool
{
    return is_string($value) && preg_match('/^[0-9a-f]{20}$/D', $value) === 1;
}

function is_id_set($list): bool
{
    return all_are($list, fn ($value, $key) => $key === $value && is_id($value));
}

function is_id_list($list): bool
{
    return all_are($list, is_id(...)) && check(array_is_list($list));
}

function is_key_set($list): bool
{
    return all_are($list, fn ($value, $key) => is_scalar($value) && (string) $value === (string) $key);
}

function are_counts($list): bool
{
    return all_are($list, fn ($value) => is_int($value));
}

function are_sessions($list): bool
{
    return all_are($list, fn ($value, $key) => is_id($key));
}

function was_sent($result): bool
{
    return check($result === null || is_bool($result));
}

function is_online($result): bool
{
    return check($result === 0 || $result === 1);
}

// What is read is written as it was.
function frame(string $s): void
{
    $len = GatewayProtocol::input($s);
    check(is_int($len) && (strlen($s) >= GatewayProtocol::HEAD_LEN || $len === 0));
    $frame = GatewayProtocol::decode($s);
    if ($frame === false) {
        return;
    }
    check($frame['pack_len'] === $len && $len <= strlen($s));
    $again = GatewayProtocol::encode($frame);
    check(substr($again, 4, 17) === substr($s, 4, 17)); // up to the flag
    if ($frame['flag'] & 1) {
        check($again === substr($s, 0, $len));
    }
}

function session(string $s): void
{
    $text = Context::sessionEncode(Context::sessionDecode($s));
    // '' is written as nothing, and nothing is read as false.
    check(is_string($text) && Context::sessionEncode(Context::sessionDecode($text)) === ($text ?: 'b:0;'));
}

function address(string $s): void
{
    $a = Context::clientIdToAddress($s);
    check(Context::addressToClientId($a['local_ip'], $a['local_port'], $a['connection_id']) === strtolower($s));
}

// What subclasses may call.
abstract class G extends Gateway
{
    public static function rows(string $s)
    {
        return self::select(['session', 'uid', 'groups'], $s === '' ? [] : ['groups' => [$s]]);
    }

    public static function replies(string $s)
    {
        return self::getBufferFromAllGateway(['cmd' => ord($s[0] ?? 'x') % 30] + GatewayProtocol::$empty);
    }

    public static function reply(string $s)
    {
        return self::sendAndRecv('10.0.0.1:2900', ['cmd' => ord($s[0] ?? 'x') % 30] + GatewayProtocol::$empty);
    }

    public static function addresses()
    {
        return self::getAllGatewayAddress();
    }
}

function run(callable $call, string $s): void
{
    try {
        $call($s);
    } catch (GatewayException $e) {
        // As the stub file allows.
    }
}

Gateway::$registerAddress = ['10.0.0.1:1236', '10.0.0.1:1237'];
Gateway::$secretKey = 's3cret';
Gateway::$connectTimeout = 0.3;

return [
    fn ($s) => was_sent(G::sendToAll($s)),
    fn ($s) => was_sent(G::sendToAll([$s], [id($s), id('ab')], null, true)),
    fn ($s) => was_sent(G::sendToAll($s, null, [id($s)])),
    fn ($s) => was_sent(G::sendToClient(id($s), $s)),
    fn ($s) => was_sent(G::sendToUid([$s, 7, 'a'], $s)),
    fn ($s) => was_sent(G::sendToGroup($s, $s, id($s))),
    fn ($s) => was_sent(G::closeClient(id($s), $s)),
    fn ($s) => was_sent(G::destroyClient(id($s))),
    fn ($s) => was_sent(G::bindUid(id($s), $s)),
    fn ($s) => was_sent(G::unbindUid(id($s), $s)),
    fn ($s) => was_sent(G::joinGroup(id($s), $s)),
    fn ($s) => was_sent(G::leaveGroup(id($s), $s)),
    fn ($s) => was_sent(G::ungroup($s)),
    fn ($s) => is_online(G::isOnline(id($s))),
    fn ($s) => is_online(G::isUidOnline($s)),
    fn ($s) => all_are(G::isUidsOnline([$s, 4711, 'a']), is_online(...)),
    fn ($s) => is_id_list(G::getClientIdByUid($s)),
    fn ($s) => all_are(G::batchGetClientIdByUid([$s, 4711]), is_id_list(...)),
    fn ($s) => check(is_string(G::getUidByClientId(id($s)) ?? '')),
    fn ($s) => is_id_set(G::getClientIdListByGroup($s)),
    fn ($s) => is_id_set(G::getAllClientIdList()),
    fn ($s) => is_key_set(G::getUidListByGroup($s)),
    fn ($s) => is_key_set(G::getAllUidList()),
    fn ($s) => check(is_int(G::getUidCountByGroup($s))),
    fn ($s) => check(is_int(G::getAllUidCount())),
    fn ($s) => check(is_int(G::getClientIdCountByGroup($s))),
    fn ($s) => check(is_int(G::getAllClientCount())),
    fn ($s) => are_counts(G::batchGetClientIdCountByGroup([$s, 4711])),
    fn ($s) => are_sessions(G::getAllClientSessions()),
    fn ($s) => are_sessions(G::getClientSessionsByGroup($s)),
    fn ($s) => are_sessions(G::getAllClientInfo($s)),
    fn ($s) => is_key_set(G::getAllGroupIdList()),
    fn ($s) => all_are(G::getAllGroupUidList(), is_key_set(...)),
    fn ($s) => are_counts(G::getAllGroupUidCount()),
    fn ($s) => all_are(G::getAllGroupClientIdList(), is_id_set(...)),
    fn ($s) => are_counts(G::getAllGroupClientIdCount()),
    fn ($s) => was_sent(G::setSession(id($s), ['a' => $s])),
    fn ($s) => was_sent(G::updateSession(id($s), ['a' => [$s => $s]])),
    fn ($s) => was_sent(G::setSocketSession(id($s), $s)),
    fn ($s) => G::getSession(id($s)),
    fn ($s) => check(is_bool(G::flush())),
    fn ($s) => check(is_array(G::rows($s))),
    fn ($s) => check(is_array(G::replies($s))),
    fn ($s) => G::reply($s),
    fn ($s) => all_are(G::addresses(), fn ($value) => is_string($value)),
    frame(...),
    session(...),
    address(...),
];
