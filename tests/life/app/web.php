<?php
/** A request where php.ini, the pool or the virtual host names the cluster. */

declare(strict_types=1);

require __DIR__ . '/rounds.php';

echo answer($_GET, [$_GET['cluster'] => GatewayClient\Gateway::class]);
