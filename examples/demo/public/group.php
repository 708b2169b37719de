<?php
/* Joins a group with this page, or leaves it. */
declare(strict_types=1);

use GatewayClient\Gateway;

require __DIR__ . '/../app.php';

$in = input();
$client_id = client_id($in);
signed_in($client_id);
$group = name($in['group'] ?? null, 'The group');

switch ($in['action'] ?? '') {
    case 'join':
        Gateway::joinGroup($client_id, $group);
        break;
    case 'leave':
        Gateway::leaveGroup($client_id, $group);
        break;
    default:
        fail(400, 'action is "join" or "leave".');
}
announce_change();

answer(['group' => $group]);
