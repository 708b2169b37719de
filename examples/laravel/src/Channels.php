<?php

namespace GatewayClient\Laravel;

use GatewayClient\Gateway;
use GatewayClient\GatewayException;
use Illuminate\Contracts\Encryption\DecryptException;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Crypt;

/** Channels are groups: who is in one, and what is sent to it. A channel's name
 *  is the whole one: "news", "private-orders.1", "presence-room.1". */
class Channels
{
    private const LEAVE = 'gateway.leave'; // what a token is for
    private const LIFE = 86400;            // seconds, of a token whose page is gone
    private const NAME = '/^[A-Za-z0-9_\-=@,.;]{1,164}$/D'; // as Pusher's

    /** @var string */
    private $prefix;

    public function __construct(string $prefix)
    {
        $this->prefix = $prefix;
    }

    public static function isName($name): bool
    {
        return is_string($name) && preg_match(self::NAME, $name) === 1;
    }

    public static function isPresence(string $name): bool
    {
        return strncmp($name, 'presence-', 9) === 0;
    }

    public function group(string $name): string
    {
        return $this->prefix . $name;
    }

    /** What pages get: {"event", "channel", "data"}. Throws when the data
     *  cannot be JSON. */
    public static function message(string $name, string $event, $data): string
    {
        return json_encode(['event' => $event, 'channel' => $name, 'data' => $data],
            JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
            | JSON_PRESERVE_ZERO_FRACTION);
    }

    /** @param string|null $exclude a client_id that gets nothing */
    public function send(string $name, string $message, ?string $exclude = null): void
    {
        $exclude = $exclude === null ? null : [$exclude];
        Delivery::attempt(function () use ($name, $message, $exclude): void {
            Gateway::sendToGroup($this->group($name), $message, $exclude);
        });
    }

    /** Puts a page into a channel; on a presence channel as that member:
     *  ["user_id" => …, "user_info" => …].
     *
     *  @param  string  $owner  of the page
     *  @return array what the page is told */
    public function join(string $owner, string $client_id, string $name, ?array $member = null): array
    {
        $answer = ['auth' => '', 'leave' => self::token($owner, $client_id, $name, $member)];
        if ($member === null) {
            Gateway::joinGroup($client_id, $this->group($name));

            return $answer;
        }
        // JSON: an update merges into what the session has, and a member that
        // was changed must not keep parts of the old one.
        $text = json_encode($member, JSON_THROW_ON_ERROR);
        Gateway::updateSession($client_id, [Pages::KEY => ['members' => [$name => $text]]]);
        Gateway::joinGroup($client_id, $this->group($name));
        // The list is asked for after joining, so whoever is not in it yet
        // tells us by an event.
        $members = $this->members($name);
        $members[(string) $member['user_id']] = $member;
        $this->send($name, self::message($name, 'gateway:joining', $member), $client_id);

        return $answer + ['channel_data' => json_encode($member, JSON_THROW_ON_ERROR),
            'members' => array_values($members)];
    }

    /** By the token that join() gave. It works for a page that is gone, too,
     *  which is what most pages are that leave; for a day, and others are told
     *  once.
     *
     *  @return bool false: this is no such token, or another owner's, or too old */
    public function leave(string $owner, string $token): bool
    {
        $told = self::open($token);
        if ($told === null || ! hash_equals($told['owner'], $owner)) {
            return false;
        }
        ['client_id' => $client_id, 'name' => $name, 'member' => $member] = $told;
        if (self::isHere($client_id, $owner)) {
            Gateway::leaveGroup($client_id, $this->group($name));
        } elseif (time() - $told['time'] > self::LIFE) {
            return false;
        }
        if ($member !== null && Cache::add('gateway.left.' . hash('sha256', $token), 1, self::LIFE)) {
            $this->tellLeft($client_id, $name, $member);
        }

        return true;
    }

    /** Of the presence channels that a page is in: it is going to be closed, and
     *  would have no token for them after that. */
    public function leaveAll(string $client_id): void
    {
        $session = Gateway::getSession($client_id);
        foreach ($session[Pages::KEY]['members'] ?? [] as $name => $text) {
            if ($this->members($name, $client_id) !== null) { // not left before
                Gateway::leaveGroup($client_id, $this->group($name));
                $this->tellLeft($client_id, $name, json_decode($text, true));
            }
        }
    }

    /** Unless another page of that user is still there. */
    private function tellLeft(string $client_id, string $name, array $member): void
    {
        if (! isset($this->members($name)[(string) $member['user_id']])) {
            $this->send($name, self::message($name, 'gateway:leaving', $member), $client_id);
        }
    }

    /** Who is in a presence channel, each once, by user_id. Pages of a user who
     *  has several are one member.
     *
     *  @param string|null $client_id null is returned unless this page is in it */
    public function members(string $name, ?string $client_id = null): ?array
    {
        $members = $sessions = [];
        Delivery::attempt(function () use ($name, &$sessions): void {
            $sessions = Gateway::getClientSessionsByGroup($this->group($name));
        });
        if ($client_id !== null && ! isset($sessions[$client_id])) {
            return null;
        }
        foreach ($sessions as $session) {
            $text = $session[Pages::KEY]['members'][$name] ?? null;
            $member = is_string($text) ? json_decode($text, true) : null;
            if (is_array($member)) {
                $members[(string) $member['user_id']] = $member;
            }
        }

        return $members;
    }

    /** Still connected; a page whose gateway is gone is not. */
    private static function isHere(string $client_id, string $owner): bool
    {
        try {
            return Pages::isOwned($client_id, $owner);
        } catch (GatewayException $e) {
            return false;
        }
    }

    private static function token(string $owner, string $client_id, string $name, ?array $member): string
    {
        return Crypt::encryptString(json_encode(['for' => self::LEAVE, 'time' => time(),
            'owner' => $owner, 'client_id' => $client_id, 'name' => $name, 'member' => $member],
            JSON_THROW_ON_ERROR));
    }

    /** Null: not by token(). The application encrypts other things with its key. */
    private static function open(string $token): ?array
    {
        try {
            $told = json_decode(Crypt::decryptString($token), true);
        } catch (DecryptException $e) {
            return null;
        }

        return is_array($told) && ($told['for'] ?? null) === self::LEAVE ? $told : null;
    }
}
