--TEST--
Configuration is read through the called class at each call
--SKIPIF--
<?php require __DIR__ . '/support/skipif.php'; ?>
--FILE--
<?php
require __DIR__ . '/support/cluster.php';
use GatewayClient\Gateway;

short_warnings();
$shared = new Cluster(1);
$own = new Cluster(1);
$own->set(['registerKey' => 'own key', 'gatewayKey' => 'own key']);
Gateway::$registerAddress = $shared->register;

class Inheriting extends Gateway
{
}
class Chat extends Gateway
{
    public static $registerAddress;
    public static $secretKey = self::KEY;
    public static $connectTimeout = 0.5;
    const KEY = 'own' . ' key';

    public static function greet()
    {
        return static::sendToAll('greeting');
    }
}
class Deeper extends Chat
{
}
Chat::$registerAddress = [$own->register];

function told(string $what, callable $call, Cluster $c, int $count = 1): void
{
    ob_start();
    attempt($call);
    echo preg_replace('/127\.0\.0\.1:\d+/', '127.0.0.1:PORT', ob_get_clean());
    $frames = $c->gateways ? $c->frames($count) : [];
    echo "  $what: ", implode(' ', $frames), "\n";
}
told('base', function () { return Gateway::sendToAll('base'); }, $shared);
told('inheriting', function () { return Inheriting::sendToAll('inheriting'); }, $shared);
told('chat', function () { return Chat::sendToAll('chat'); }, $own);
told('static', function () { return Chat::greet(); }, $own);
told('deeper', function () { return Deeper::greet(); }, $own);
told('callable', function () { return call_user_func(['Deeper', 'sendToUid'], 1, 'callable'); }, $own);
told('string', function () { return array_map('Chat::isOnline', [$GLOBALS['own']->id(7)]); }, $own);
told('closure', function () { return Closure::fromCallable(['Chat', 'isUidOnline'])('u'); }, $own);
told('no Register', function () {
    Chat::$registerAddress = 'none';
    try {
        return Chat::isOnline($GLOBALS['own']->id(7));
    } finally {
        Chat::$registerAddress = [$GLOBALS['own']->register];
    }
}, $own, 0);
told('stored by hand', function () {
    $GLOBALS['own']->rawReplies(0, 'no session');
    return Chat::getSession($GLOBALS['own']->id(7));
}, $own);
told('base again', function () { return Gateway::sendToAll('base'); }, $shared);

echo "references and strange types\n";
$address = $shared->register;
Chat::$registerAddress = &$address;
Chat::$secretKey = null;
$address = "$shared->register \r\n"; // as a file or the environment may have it
told('blanks', function () { return Chat::sendToAll('blanks'); }, $shared);
$address = $shared->register;
told('reference', function () { return Chat::sendToAll('reference'); }, $shared);
$address = ['a' => $own->register];
Chat::$secretKey = new class {
    public function __toString()
    {
        Gateway::sendToAll('from __toString'); // with other settings, in between
        return 'own key';
    }
};
Chat::$connectTimeout = '2';
told('object', function () { return Chat::sendToAll('object'); }, $own);
told('in between', function () { }, $shared);
Chat::$secretKey = [];
told('array', function () { return @Chat::sendToAll('array'); }, new Cluster(0));
class Broken extends Gateway
{
    public static $registerAddress = NO_SUCH::CONSTANT;
}
told('broken', function () { return Broken::sendToAll('x'); }, new Cluster(0));
?>
--EXPECTF--
null
  base: 0: cmd 6 connection 0 flag 1 |base
null
  inheriting: 0: cmd 6 connection 0 flag 1 |inheriting
null
  chat: 0: cmd 6 connection 0 flag 1 |chat
null
  static: 0: cmd 6 connection 0 flag 1 |greeting
null
  deeper: 0: cmd 6 connection 0 flag 1 |greeting
null
  callable: 0: cmd 14 connection 0 flag 1 [1]|callable
[0]
  string: 0: cmd 11 connection 7 flag 1 |
0
  closure: 0: cmd 15 connection 0 flag 1 u|
GatewayClient\GatewayException: Can not connect to tcp://none: not a host:port
  no Register: 
Warning: GatewayClient\Gateway::getSession(): cannot unserialize: error at offset 0 of 10 bytes
false
  stored by hand: 0: cmd 203 connection 7 flag 1 |
null
  base again: 0: cmd 6 connection 0 flag 1 |base
references and strange types
null
  blanks: 0: cmd 6 connection 0 flag 1 |blanks
null
  reference: 0: cmd 6 connection 0 flag 1 |reference
null
  object: 0: cmd 6 connection 0 flag 1 |object
null
  in between: 0: cmd 6 connection 0 flag 1 |from __toString
%s: Array to string conversion
GatewayClient\GatewayException: getAllGatewayAddressesFromRegister fail. tcp://127.0.0.1:PORT return false (closed without an answer: wrong or missing secret key?)
  array: 
Error: Class %cNO_SUCH%c not found
  broken: 
