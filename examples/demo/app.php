<?php
/* What the demo's endpoints share: input, answers, and which pages belong to
 * this browser. */
declare(strict_types=1);

use GatewayClient\Gateway;

ini_set('display_errors', '0'); // answers are JSON; errors go to the log

if (getenv('DEMO_REGISTER')) {
    Gateway::$registerAddress = getenv('DEMO_REGISTER');
}

const NAME = '/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,31}$/Du';
const TEXT_MAX = 2000; // bytes
const PAGES_MAX = 20;  // pages that one browser session may have bound

set_exception_handler(static function (Throwable $e): void {
    error_log((string) $e);
    fail(502, 'The push service cannot be reached: ' . $e->getMessage());
});

/** Ends the request with a JSON answer. */
function answer(array $data, int $status = 200): void
{
    http_response_code($status);
    header('Content-Type: application/json; charset=utf-8');
    header('Cache-Control: no-store');
    echo json_encode($data, JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
    exit;
}

function fail(int $status, string $error): void
{
    answer(['error' => $error], $status);
}

/** The request's JSON object. Asking for this content type keeps plain forms
 *  of other sites out (they cannot send it without CORS). */
function input(): array
{
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        header('Allow: POST');
        fail(405, 'POST only.');
    }
    if (strncmp($_SERVER['CONTENT_TYPE'] ?? '', 'application/json', 16) !== 0) {
        fail(415, 'Send JSON.');
    }
    $data = json_decode((string) file_get_contents('php://input', false, null, 0, 16384), true);
    if (!is_array($data)) {
        fail(400, 'This is not a JSON object.');
    }
    return $data;
}

/** The id that the gateway gave this page with its init message. */
function client_id(array $in): string
{
    $id = $in['client_id'] ?? null;
    if (!is_string($id) || !preg_match('/^[0-9a-f]{20}$/D', $id)) {
        fail(400, 'client_id must be the 20 hex digits of the init message.');
    }
    return $id;
}

/** A user's or group's name. "0" is what the protocol calls empty. */
function name($value, string $what): string
{
    $name = is_string($value) ? trim($value) : '';
    if (!preg_match(NAME, $name) || $name === '0') {
        fail(400, "$what: 1 to 32 letters, digits, spaces, dots, dashes or underscores.");
    }
    return $name;
}

function open_session(): void
{
    session_start([
        'cookie_httponly' => true,
        'cookie_samesite' => 'Strict',
        'use_strict_mode' => true,
    ]);
}

/** Notes that this browser speaks for the page from now on. */
function remember_page(string $client_id, string $user): void
{
    open_session();
    $pages = $_SESSION['pages'] ?? [];
    unset($pages[$client_id]);
    $pages[$client_id] = $user;
    $_SESSION['pages'] = array_slice($pages, -PAGES_MAX, null, true);
    session_write_close();
}

/** Who a page of this browser is, or null. */
function user_of_page(string $client_id): ?string
{
    open_session();
    $user = $_SESSION['pages'][$client_id] ?? null;
    session_write_close();
    return $user;
}

/** The same, for endpoints that only a signed-in page may use. */
function signed_in(string $client_id): string
{
    $user = user_of_page($client_id);
    if ($user === null) {
        fail(403, 'Sign in on this page first.');
    }
    return $user;
}

/** Tells every page that its list of who is online is out of date. */
function announce_change(): void
{
    Gateway::sendToAll('{"type":"online_changed"}');
}
