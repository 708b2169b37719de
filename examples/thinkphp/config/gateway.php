<?php

return [
    // What is null, or empty, is as php.ini has it.
    // host:port of the Register; several with commas
    'register_address' => env('gateway.register_address'),
    // the key of the cluster
    'secret_key' => env('gateway.secret_key'),
    // seconds for one connection attempt
    'connect_timeout' => env('gateway.connect_timeout'),
    // seconds for a whole call, all gateways together
    'timeout' => env('gateway.timeout'),
];
