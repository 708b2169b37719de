<?php

/* How this application reaches the gateways. Null: what php.ini says
 * (gatewayclient.register_address and so on). */
return [

    // host:port of the Register; several with commas, the first that answers
    // is used.
    'register_address' => env('GATEWAY_REGISTER_ADDRESS'),

    'secret_key' => env('GATEWAY_SECRET_KEY'),

    // Seconds: one connection attempt, and a whole call to all gateways.
    'connect_timeout' => env('GATEWAY_CONNECT_TIMEOUT'),
    'timeout' => env('GATEWAY_TIMEOUT'),

    // Keep connections across calls and requests.
    'persistent' => env('GATEWAY_PERSISTENT'),

    // Broadcasting channels are groups of this prefix and the channel's name.
    // It keeps them apart from groups that the application itself joins:
    // anybody may subscribe to a public channel of any name.
    'channel_prefix' => 'channel:',

    // The routes bind, leave, members and token. False: the application has its own.
    // The middleware must find the same user as that of Broadcast::routes().
    'routes' => true,
    'route_prefix' => 'gateway',
    'route_middleware' => ['web'],

    // The cache whose locks keep two sessions from claiming one page at the same
    // moment. Null: the default one. Several web servers need one that they share.
    'lock_store' => null,

    // After a logout, close the connections of the session's pages. They come
    // back as a guest's.
    'close_on_logout' => true,

];
