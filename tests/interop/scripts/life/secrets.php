<?php
/**
 * Calls that fail, with everything that PHP tells of them. What must not be
 * told is in the file $_GET['needles']: a message, a session, keys.
 */
use GatewayClient\Context;
use GatewayClient\Gateway;
use GatewayClient\GatewayProtocol;

define('SECRETS', json_decode(file_get_contents($_GET['needles']), true));
ini_set('gatewayclient.timeout', '2');

class Chat extends Gateway
{
    public static $registerAddress;
    public static $secretKey;
}

class Throws
{
    public $message = SECRETS['message'];

    public function __serialize(): array
    {
        throw new LogicException('on purpose');
    }
}

/** What handlers of errors usually log. */
set_error_handler(function (int $level, string $text) {
    error_log("handler: $text");
    ob_start();
    debug_print_backtrace();
    $trace = ob_get_clean() . print_r(debug_backtrace(), true);
    error_log($trace);
    echo $text, $trace;
    return false;
});

$count = 0;
function fails(callable $call): void
{
    global $count;
    try {
        $call();
    } catch (Throwable $thrown) {
        $count++;
        error_log((string)$thrown);
        echo $thrown, print_r($thrown, true);
        var_dump($thrown);
        echo json_encode($thrown->getTrace());
    }
}

$id = $_GET['id'];
Gateway::$registerAddress = $_GET['register'];
fails(function () use ($id) {
    Gateway::sendToClient($id, SECRETS['message']);
    Gateway::sendToAll([SECRETS['message']]);
    Gateway::setSession($id, ['note' => SECRETS['session']]);
    Gateway::updateSession($id, ['more' => SECRETS['session']]);
    if (Gateway::getSession($id)['note'] !== SECRETS['session'] || !Gateway::flush()) {
        echo 'the cluster does not work';
    }
});
$wrong = [
    'id' => fn() => Gateway::sendToClient('no id', SECRETS['message']),
    'id to close' => fn() => Gateway::closeClient('no id', SECRETS['message']),
    'group' => fn() => Gateway::sendToGroup('', SECRETS['message']),
    'list' => fn() => Gateway::sendToAll(SECRETS['message'], ['no id']),
    'exclude list' => fn() => Gateway::sendToGroup('g', SECRETS['message'], ['no id']),
    'uid' => fn() => Gateway::sendToUid(["\xff"], SECRETS['message']),
    'body' => fn() => Gateway::sendToAll([SECRETS['message'], new Throws]),
    'size' => fn() => Gateway::sendToAll(str_repeat(SECRETS['message'], 1000000)),
    'session' => fn() => Gateway::setSession('no id', [SECRETS['session']]),
    'session as text' => fn() => Gateway::setSocketSession('no id', SECRETS['session']),
    'stored session' => function () use ($id) {
        Gateway::setSocketSession($id, SECRETS['session']);
        Gateway::getSession($id);
    },
    'session to decode' => fn() => Context::sessionDecode(SECRETS['session'] . '|' . SECRETS['session']),
    'frame' => fn() => GatewayProtocol::decode(SECRETS['message']),
];
foreach ($wrong as $call) {
    fails($call);
}
Chat::$secretKey = SECRETS['wrong key'];
// The cluster, a Register that sends back what it hears, a gateway that does,
// nobody.
foreach (['register', 'echo', 'nobody'] as $place) {
    Chat::$registerAddress = $_GET[$place];
    fails(fn() => Chat::sendToAll(SECRETS['message']));
    fails(fn() => Chat::getAllClientCount());
}
foreach (['id', 'echo_id', 'nobody_id'] as $place) {
    for ($i = 0; $i < 3; $i++) {
        fails(fn() => Chat::sendToClient($_GET[$place], SECRETS['message']));
        fails(fn() => Chat::setSession($_GET[$place], [SECRETS['session']]));
        fails(fn() => Chat::getSession($_GET[$place]));
        fails(fn() => Chat::flush());
    }
}
Chat::$secretKey = "\xff" . SECRETS['wrong key'];
fails(fn() => Chat::isOnline($id));
Chat::$secretKey = str_repeat(SECRETS['wrong key'], 10000);
fails(fn() => Chat::isOnline($id));
var_dump(new Gateway, new Chat, new Context);
print_r(GatewayProtocol::$empty);
phpinfo();
echo "$count exceptions";
// Nobody catches the last one.
Gateway::sendToClient('no id', SECRETS['message']);
