--TEST--
Every recorded call, over a connection for each call: same bytes sent, same results
--SKIPIF--
<?php
require __DIR__ . '/support/skipif.php';
if (!is_file(__DIR__ . '/../tests/vectors/calls.jsonl')) die('skip outside the source tree');
?>
--FILE--
<?php
require __DIR__ . '/support/vectors.php';
Replay::file('calls.jsonl', false);
?>
--EXPECT--
calls.jsonl: none of 101 lines differ
