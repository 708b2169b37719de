<?php
/** Questions with known answers, and a message to all. */
use GatewayClient\Gateway;

require __DIR__ . '/start.php';

$ids = explode(',', $_GET['ids']);
$online = Gateway::getClientIdByUid('ann');
sort($online);
$members = Gateway::getClientIdListByGroup('room');
ksort($members);
$answers = [
    array_map([Gateway::class, 'getUidByClientId'], $ids),
    array_map([Gateway::class, 'getSession'], $ids),
    Gateway::isUidOnline('ann'),
    $online,
    Gateway::isUidsOnline(['ann', 'nobody']),
    array_keys($members),
    Gateway::getClientIdCountByGroup('room'),
    Gateway::getAllGroupIdList(),
    array_map([Gateway::class, 'isOnline'], $ids),
];
Gateway::sendToAll('checked');
echo json_encode(['pid' => getmypid(), 'flushed' => Gateway::flush(),
    'answers' => $answers]);
