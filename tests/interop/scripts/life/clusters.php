<?php
/** Two clusters in turn within one request; prints what each answered. */
use GatewayClient\Gateway;

class First extends Gateway
{
    public static $registerAddress;
    public static $secretKey;
}

class Second extends First
{
    public static $registerAddress;
    public static $secretKey;
}

[$first, $second] = json_decode($_GET['clusters'], true);
First::$registerAddress = $first['register'];
First::$secretKey = $first['key'];
Second::$registerAddress = $second['register'];
Second::$secretKey = $second['key'];
$ids = [First::class => $first['id'], Second::class => $second['id']];
$answers = [];
for ($i = 0; $i < 20; $i++) {
    foreach ($ids as $class => $id) {
        $answers[$class][json_encode([
            $class::getSession($id), $class::getClientIdByUid('ann'),
            $class::getAllClientCount(), array_keys($class::getAllGroupIdList()),
            $class::sendToUid('ann', "$class $i"),
        ])] = true;
    }
}
// The base class is nobody's: what it says must not have changed.
echo json_encode(['pid' => getmypid(),
    'answers' => array_map('array_keys', $answers),
    'flushed' => [First::flush(), Second::flush()],
    'base' => [Gateway::$registerAddress, Gateway::$secretKey]]);
