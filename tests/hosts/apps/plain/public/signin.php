<?php
/* Stands for an application's login, without a password. */
declare(strict_types=1);

require __DIR__ . '/../app.php';

if (isset($_GET['name'])) {
    session_regenerate_id(true);
    $_SESSION['uid'] = (string) $_GET['name'];
}
echo csrf_token();
