<?php
/** Questions with known answers, where some answers would be big. */
use GatewayClient\Gateway;

require __DIR__ . '/start.php';

$ids = explode(',', $_GET['ids']);
$online = Gateway::getClientIdByUid('ann');
sort($online);
echo json_encode(['pid' => getmypid(), 'answers' => [
    array_map([Gateway::class, 'getUidByClientId'], $ids),
    Gateway::getSession($ids[1]),
    $online,
    Gateway::getClientIdCountByGroup('room'),
    Gateway::isUidsOnline(['ann', 'nobody']),
]]);
