<?php
/** A request to two clusters, settings made by the application. */

declare(strict_types=1);

require __DIR__ . '/rounds.php';
require __DIR__ . '/clusters.php';

echo answer($_GET, cluster_classes());
