<?php
/* Exits 0 when a push service is ready for the demo: a new WebSocket gets its
 * init message, and the Register knows a gateway.
 *
 *   php push-ready.php REGISTER WEBSOCKET-PORT [ws|wss]
 *
 * No certificate is checked. */
declare(strict_types=1);

use GatewayClient\Gateway;

[, $register, $port] = $argv;
$transport = ($argv[3] ?? 'ws') === 'wss' ? 'ssl' : 'tcp';
$context = stream_context_create(['ssl' => ['verify_peer' => false,
    'verify_peer_name' => false]]);

$socket = @stream_socket_client("$transport://127.0.0.1:$port", $errno, $error,
    1, STREAM_CLIENT_CONNECT, $context);
if (!$socket) {
    fwrite(STDERR, "WebSocket port $port: $error\n");
    exit(1);
}
stream_set_timeout($socket, 2);
fwrite($socket, "GET / HTTP/1.1\r\nHost: 127.0.0.1:$port\r\nUpgrade: websocket\r\n"
    . "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    . "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");
$got = '';
while (strpos($got, '"init"') === false) {
    $more = fread($socket, 4096);
    if ($more === '' || $more === false) {
        fwrite(STDERR, "no init message on port $port\n");
        exit(1);
    }
    $got .= $more;
}
fclose($socket);

Gateway::$registerAddress = $register;
try {
    Gateway::getAllClientCount();
} catch (Exception $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    exit(1);
}
