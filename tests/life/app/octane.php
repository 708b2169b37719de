<?php
/**
 * One process that answers many requests, and no request ever ends for PHP:
 * that is how Laravel Octane keeps an application. Its servers (Swoole,
 * RoadRunner, FrankenPHP) are not in Debian, so this is a small HTTP server.
 *
 *   php octane.php PORT
 */

declare(strict_types=1);

require __DIR__ . '/rounds.php';
require __DIR__ . '/clusters.php';

/** The response to one request's head. */
function respond(string $head, array $classes, int $open): string
{
    try {
        parse_str((string)parse_url(explode(' ', $head, 3)[1], PHP_URL_QUERY), $query);
        $status = '200 OK';
        $body = serve($query, $classes, $open);
    } catch (Throwable $thrown) {
        $status = '500 Internal Server Error';
        $body = (string)$thrown;
    }
    $length = strlen($body);
    return "HTTP/1.1 $status\r\nContent-Type: application/json\r\n"
        . "Content-Length: $length\r\n\r\n$body";
}

class Server
{
    private $listener;
    private array $streams = [];
    private array $unread = [];

    public function __construct(private array $classes, int $port)
    {
        $this->listener = stream_socket_server("tcp://127.0.0.1:$port");
    }

    public function run(): never
    {
        for (;;) {
            $ready = [...$this->streams, $this->listener];
            $none = null;
            stream_select($ready, $none, $none, null);
            foreach ($ready as $stream) {
                $stream === $this->listener ? $this->accept() : $this->read($stream);
            }
        }
    }

    private function accept(): void
    {
        $stream = stream_socket_accept($this->listener, 0);
        if ($stream !== false) {
            $this->streams[(int)$stream] = $stream;
            $this->unread[(int)$stream] = '';
        }
    }

    private function read($stream): void
    {
        $data = fread($stream, 65536);
        if ($data === '' || $data === false) {
            unset($this->streams[(int)$stream], $this->unread[(int)$stream]);
            fclose($stream);
            return;
        }
        $unread = $this->unread[(int)$stream] . $data;
        while (($end = strpos($unread, "\r\n\r\n")) !== false) {
            fwrite($stream, respond(substr($unread, 0, $end), $this->classes,
                count($this->streams)));
            $unread = substr($unread, $end + 4);
        }
        $this->unread[(int)$stream] = $unread;
    }
}

$classes = cluster_classes();
use_classes($classes);
(new Server($classes, (int)$argv[1]))->run();
