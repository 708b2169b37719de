<?php
// Row 4: a page that pushes one message. METHOD none only answers.
// Query: register=…&autoload=…&method=none|sendToUid

if (($_GET['autoload'] ?? '') !== '') {
    require $_GET['autoload'];
}
if ($_GET['method'] === 'sendToUid') {
    GatewayClient\Gateway::$registerAddress = $_GET['register'];
    GatewayClient\Gateway::sendToUid('user-42', json_encode(
        ['type' => 'message', 'text' => str_repeat('x', 64)]));
}
echo "ok\n";
