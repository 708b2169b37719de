<?php
/** 1,000 messages to one uid in one request. Arguments: Register, uid. */
use GatewayClient\Gateway;

Gateway::$registerAddress = $argv[1];
for ($i = 0; $i < 1000; $i++) {
    Gateway::sendToUid($argv[2], "m$i");
}
