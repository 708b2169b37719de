<?php
/* The page has its client_id: tie it to a user and to groups.
 *
 * In an application the uid comes from its own login, such as
 * $_SESSION['user_id']. Here a name is chosen on the page, so that two tabs can
 * be two people. */
declare(strict_types=1);

use GatewayClient\Gateway;

require __DIR__ . '/../app.php';

$in = input();
$client_id = client_id($in);
$user = name($in['name'] ?? null, 'Your name');
$groups = is_array($in['groups'] ?? null) ? array_values($in['groups']) : [];
if (count($groups) > 8) {
    fail(400, 'At most 8 groups.');
}
$groups = array_map(static fn ($group) => name($group, 'A group'), $groups);

if (!Gateway::isOnline($client_id)) {
    fail(409, 'This page is not connected any more.');
}
// Knowing somebody's client_id must not be enough to take their page over.
if (user_of_page($client_id) === null && Gateway::getUidByClientId($client_id) !== null) {
    fail(403, 'This page belongs to another browser.');
}

Gateway::bindUid($client_id, $user);
foreach ($groups as $group) {
    Gateway::joinGroup($client_id, $group);
}
remember_page($client_id, $user);
announce_change();

answer(['user' => $user, 'groups' => $groups]);
