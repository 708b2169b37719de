<?php
// Tests that start a scripted cluster run only when asked for, so that a plain
// `make test` needs nothing but PHP.
if (!getenv('GATEWAYCLIENT_TEST')) {
    die('skip set GATEWAYCLIENT_TEST=1 to run tests that open sockets');
}
