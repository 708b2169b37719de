<?php
/* What the page has to know: where its WebSocket is, and what runs behind it. */
declare(strict_types=1);

use GatewayClient\Gateway;

require __DIR__ . '/../app.php';

$native = (new ReflectionClass(Gateway::class))->isInternal();

answer([
    'websocket_scheme' => getenv('DEMO_WS_SCHEME') ?: null, // null: the page's
    'websocket_port' => (int) (getenv('DEMO_WS_PORT') ?: 7272),
    'service' => getenv('DEMO_SERVICE') ?: 'gatewayd',
    'gwctl' => getenv('DEMO_GWCTL') ?: null, // as it is typed, where there is one
    'class' => $native ? 'extension ' . phpversion('gatewayclient') : 'PHP class',
]);
