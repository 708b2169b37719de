<?php

declare(strict_types=1);

namespace GatewayClient\Yii;

use GatewayClient\Gateway;
use Yii;
use yii\base\BootstrapInterface;
use yii\base\Component;
use yii\console\Application as ConsoleApplication;

/**
 * Pushes to pages, and knows who is online: Yii::$app->gateway.
 *
 * A GatewayException says that nothing could be done: no Register answers, or
 * a wrong key. A gateway that is down is a warning in the log: all others have
 * been served, if there are any. (Yii would make an exception of it.)
 */
class Pusher extends Component implements BootstrapInterface
{
    // What is null is php.ini's matter.

    /** @var string|null host:port of the Register; several with commas */
    public $registerAddress;

    /** @var string|null the key of the cluster */
    public $secretKey;

    /** @var float|null seconds for one connection attempt */
    public $connectTimeout;

    /** @var float|null seconds for a whole call, all gateways together */
    public $timeout;

    /** @var int */
    private $warnings = 0;

    /**
     * The settings are static properties, which return to those of php.ini at
     * each request: so this is done at each start of the application. Code that
     * calls Gateway directly has them, too, when the component is bootstrapped.
     */
    public function init(): void
    {
        parent::init();
        if ($this->registerAddress !== null) {
            Gateway::$registerAddress = array_map('trim', explode(',', $this->registerAddress));
        }
        if ($this->secretKey !== null) {
            Gateway::$secretKey = $this->secretKey;
        }
        if ($this->connectTimeout !== null) {
            Gateway::$connectTimeout = (float) $this->connectTimeout;
        }
        if ($this->timeout !== null) {
            ini_set('gatewayclient.timeout', (string) $this->timeout);
        }
    }

    public function bootstrap($app): void
    {
        if ($app instanceof ConsoleApplication) {
            $app->controllerMap['gateway'] = GatewayController::class;
        }
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
    public function countWarnings(): int
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
    private function logged(callable $call)
    {
        set_error_handler(function (int $level, string $text): bool {
            $this->warnings++;
            Yii::warning($text, 'gateway');
            return true;
        }, E_WARNING);
        try {
            return $call();
        } finally {
            restore_error_handler();
        }
    }
}
