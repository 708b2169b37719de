<?php
/* Pushes a message to a user, a group or everyone. */
declare(strict_types=1);

use GatewayClient\Gateway;

require __DIR__ . '/../app.php';

$in = input();
$from = signed_in(client_id($in));

$text = is_string($in['text'] ?? null) ? trim($in['text']) : '';
if ($text === '' || strlen($text) > TEXT_MAX) {
    fail(400, 'A message has 1 to ' . TEXT_MAX . ' bytes.');
}
$to = $in['to'] ?? '';
if (!in_array($to, ['uid', 'group', 'all'], true)) {
    fail(400, 'to is "uid", "group" or "all".');
}
$target = $to === 'all' ? '' : name($in['target'] ?? null, 'The recipient');

$message = [
    'type' => 'message',
    'id' => bin2hex(random_bytes(8)),
    'from' => $from,
    'to' => $to,
    'target' => $target,
    'text' => $text,
    'time' => (int) (microtime(true) * 1000),
];
$frame = json_encode($message, JSON_UNESCAPED_UNICODE);

$reached = true;
switch ($to) {
    case 'uid':
        $reached = (bool) Gateway::isUidOnline($target);
        Gateway::sendToUid($target, $frame);
        break;
    case 'group':
        $reached = Gateway::getClientCountByGroup($target) > 0;
        Gateway::sendToGroup($target, $frame);
        break;
    case 'all':
        Gateway::sendToAll($frame);
        break;
}

// The sender's page shows its message from this answer, whoever gets it.
answer(['message' => $message, 'reached' => $reached]);
