<?php
/** What every script here begins with: settings, from the query. */
use GatewayClient\Gateway;

Gateway::$registerAddress = $_GET['register'];
Gateway::$secretKey = $_GET['key'] ?? '';

class Chat extends Gateway
{
    public static $registerAddress;
    public static $secretKey;
}
