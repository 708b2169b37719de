<?php
/** One web request: a push and a query. */
use GatewayClient\Gateway;

Gateway::$registerAddress = $_GET['register'];
Gateway::sendToUid($_GET['uid'], $_GET['message']);
echo json_encode(Gateway::isUidOnline($_GET['uid']));
