<?php

return [
    // host:port of the Register; several with commas
    'register_address' => env('gateway.register_address', '127.0.0.1:1236'),
    // the key of the cluster
    'secret_key' => env('gateway.secret_key', ''),
    // seconds for one connection attempt
    'connect_timeout' => (float) env('gateway.connect_timeout', 3),
    // seconds for a whole call, all gateways together
    'timeout' => (float) env('gateway.timeout', 5),
];
