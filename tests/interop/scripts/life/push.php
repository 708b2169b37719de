<?php
/** A small request of many: a message of its own number, and two questions. */
use GatewayClient\Gateway;

require __DIR__ . '/start.php';

$number = $_GET['number'];
Gateway::sendToUid('ann', "n$number");
$answer = Gateway::isUidsOnline(["u$number", 'ann']);
$session = Gateway::getSession(explode(',', $_GET['ids'])[$number % 2]);
// Only what a gateway has confirmed is promised.
echo json_encode(['pid' => getmypid(), 'right' =>
    $answer === ["u$number" => 0, 'ann' => 1]
    && $session === ['n' => $number % 2] && Gateway::flush()]);
