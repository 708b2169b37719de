<?php
/* Who is online: connections, users and groups. client_ids stay private: who
 * holds one can speak for that page. */
declare(strict_types=1);

use GatewayClient\Gateway;

require __DIR__ . '/../app.php';

$users = [];
$uids = array_map('strval', array_values(Gateway::getAllUidList()));
if ($uids) {
    foreach (Gateway::batchGetClientIdByUid($uids) as $uid => $client_ids) {
        if ($client_ids) {
            $users[] = ['name' => (string) $uid, 'pages' => count($client_ids)];
        }
    }
}

$groups = [];
foreach (Gateway::getAllGroupIdList() as $group) {
    $group = (string) $group;
    $members = array_map('strval', array_values(Gateway::getUidListByGroup($group)));
    if ($members) {
        sort($members);
        $groups[] = [
            'name' => $group,
            'members' => $members,
            'pages' => Gateway::getClientCountByGroup($group),
        ];
    }
}

$by_name = static fn (array $a, array $b): int => strnatcasecmp($a['name'], $b['name']);
usort($users, $by_name);
usort($groups, $by_name);

answer([
    'connections' => Gateway::getAllClientCount(),
    'users' => $users,
    'groups' => $groups,
]);
