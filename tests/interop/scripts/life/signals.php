<?php
/**
 * Signals that interrupt a call all the time. Arguments: Register, timeout, a
 * client_id of a gateway that answers, one of a gateway that does not.
 */
use GatewayClient\Gateway;

const PATIENT = '30';

[, Gateway::$registerAddress, $timeout, $here, $stalled] = $argv;
ini_set('gatewayclient.timeout', PATIENT);
$signals = 0;
$wrong = 0;
$parent = getmypid();
pcntl_async_signals(true);
pcntl_signal(SIGUSR1, function () use (&$signals, &$wrong, $here) {
    $signals++;
    $before = ini_set('gatewayclient.timeout', PATIENT);
    if (Gateway::isOnline($here) !== 1) {
        $wrong++;
    }
    ini_set('gatewayclient.timeout', $before);
});
Gateway::isOnline($here);
$pid = pcntl_fork();
if ($pid === 0) {
    while (posix_getppid() === $parent) {
        posix_kill($parent, SIGUSR1);
        usleep(1000);
    }
    exit;
}
while ($signals === 0) { // the other process may not have begun
    usleep(1000);
}
ini_set('gatewayclient.timeout', $timeout);
$waits = getrusage()['ru_nvcsw'];
$start = hrtime(true);
$thrown = null;
try {
    Gateway::isOnline($stalled);
} catch (GatewayClient\GatewayException $thrown) {
}
$seconds = (hrtime(true) - $start) / 1e9;
$waits = getrusage()['ru_nvcsw'] - $waits;
ini_set('gatewayclient.timeout', PATIENT);
$signals = 0; // PHP forgets those that came during a call that throws
for ($i = 0; $i < 200 || $signals === 0; $i++) {
    if (Gateway::isOnline($here) !== 1) {
        $wrong++;
    }
}
posix_kill($pid, SIGKILL);
pcntl_waitpid($pid, $status);
echo json_encode(['seconds' => $seconds, 'wrong' => $wrong,
    'signals' => $signals, 'waits' => $waits, 'thrown' => $thrown && $thrown->getMessage()]);
