<?php

return [
    'default_timezone' => 'UTC',
    'error_message' => 'error',
    'show_error_msg' => false,
];
