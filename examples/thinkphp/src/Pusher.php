<?php

declare(strict_types=1);

namespace GatewayClient\Think;

use GatewayClient\Gateway;
use think\Log;

/**
 * Pushes to pages, and knows who is online: app('gateway'), or an argument of
 * a controller's method.
 *
 * A GatewayException says that nothing could be done: no Register answers, or
 * a wrong key. A gateway that is down is a warning in the log: all others have
 * been served, if there are any. (ThinkPHP would make an exception of it.)
 */
class Pusher
{
    private int $warnings = 0;

    public function __construct(private Log $log)
    {
    }

    /**
     * Ties a page to the user who is signed in, and to groups.
     *
     * The uid is the session's, never the request's. The client_id is what the
     * page was greeted with.
     *
     * @param string[] $groups
     *
     * @return int the status of the answer: 200; 403 when the client_id is none, or
     *             somebody else's already; 409 when the page is not connected, or
     *             its gateway is in no list yet or fails meanwhile: it tries again
     */
    public function bind(string $clientId, string $uid, array $groups = []): int
    {
        if (!preg_match('/^[0-9a-f]{20}$/D', $clientId)) {
            return 403;
        }
        return $this->logged(static function () use ($clientId, $uid, $groups): int {
            if (!Gateway::isOnline($clientId)) {
                return 409;
            }
            $owner = Gateway::getUidByClientId($clientId);
            if ($owner !== null && $owner !== $uid) {
                return 403;
            }
            // Read back: another session may have bound it at the same time.
            if (Gateway::bindUid($clientId, $uid) === false || Gateway::getUidByClientId($clientId) !== $uid) {
                return 409;
            }
            foreach ($groups as $group) {
                if (Gateway::joinGroup($clientId, $group) === false) {
                    return 409;
                }
            }
            return 200;
        });
    }

    /** @param array $message what the page gets as JSON */
    public function toUser(string $uid, array $message): void
    {
        $this->logged(static fn () => Gateway::sendToUid($uid, self::encode($message)));
    }

    public function toGroup(string $group, array $message): void
    {
        $this->logged(static fn () => Gateway::sendToGroup($group, self::encode($message)));
    }

    public function toAll(array $message): void
    {
        $this->logged(static fn () => Gateway::sendToAll(self::encode($message)));
    }

    /** True when the gateways have handled all that was sent so far. */
    public function flush(): bool
    {
        return $this->logged(static fn () => Gateway::flush());
    }

    /** How many pages a user has open. */
    public function pagesOf(string $uid): int
    {
        return count($this->logged(static fn () => Gateway::getClientIdByUid($uid)));
    }

    /** Closes all pages of a user; says how many. A gateway that fails is a warning. */
    public function kick(string $uid): int
    {
        return $this->logged(static fn () => count(array_filter(
            Gateway::getClientIdByUid($uid),
            static fn (string $page) => Gateway::closeClient($page)
        )));
    }

    /**
     * How many warnings there were, in a queue worker since it started: after one
     * more, not everybody was reached.
     */
    public function warnings(): int
    {
        return $this->warnings;
    }

    /** @return array connections (int), users and groups (name => pages) */
    public function online(): array
    {
        return $this->logged(static function (): array {
            $uids = array_map('strval', array_values(Gateway::getAllUidList()));
            $users = $uids ? array_filter(array_map('count', Gateway::batchGetClientIdByUid($uids))) : [];
            $groups = Gateway::getAllGroupClientIdCount();
            ksort($users);
            ksort($groups);
            return [
                'connections' => Gateway::getAllClientIdCount(),
                'users' => $users,
                'groups' => $groups,
            ];
        });
    }

    private static function encode(array $message): string
    {
        return json_encode($message, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    }

    /** The call's result; PHP's warnings go to the log. */
    private function logged(callable $call): mixed
    {
        set_error_handler(function (int $level, string $text): bool {
            $this->warnings++;
            $this->log->warning($text);
            return true;
        }, E_WARNING);
        try {
            return $call();
        } finally {
            restore_error_handler();
        }
    }
}
