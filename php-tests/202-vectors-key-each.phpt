--TEST--
Every recorded call with a secret key, over a connection for each call
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (!is_file(__DIR__ . '/../tests/vectors/calls.jsonl')) die('skip outside the source tree');
?>
--FILE--
<?php
require __DIR__ . '/support/vectors.php';
Replay::file('calls-secret-key.jsonl', false, 's3cret');
?>
--EXPECT--
calls-secret-key.jsonl: none of 6 lines differ
