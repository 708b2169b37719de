<?php

namespace GatewayClient\Laravel;

use GatewayClient\Gateway;
use Illuminate\Contracts\Cache\LockProvider;
use Illuminate\Contracts\Cache\LockTimeoutException;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use Symfony\Component\HttpKernel\Exception\HttpException;

/** Which pages belong to whom.
 *
 * A page has its client_id from the gateway, and hands it to us. Whoever learns
 * another page's client_id must not gain anything by it. So the first session that
 * brings a client_id owns it: the gateway keeps the owner in the connection's own
 * session, where it ends with the connection. Everything that is done with a
 * client_id which a page sent asks for the owner first. */
final class Pages
{
    /** Our place in the session that a gateway keeps for a connection. */
    public const KEY = 'laravel';

    private const GROUP = 'owner:'; // of all pages of an owner
    private const PATIENCE = 5;     // seconds, for another claim of the same page

    public static function isClientId($value): bool
    {
        return is_string($value) && preg_match('/^[0-9a-f]{20}$/D', $value) === 1;
    }

    /** Makes a page the requesting session's, and binds the signed-in user's id
     *  as its uid. Throws a HttpException when it is somebody else's (403), not
     *  connected (409) or no client_id (422).
     *
     *  @param  mixed  $client_id  what the page sent
     *  @return string the client_id */
    public function claim(Request $request, $client_id): string
    {
        $claimer = Owner::of($request);
        $session = self::session($client_id);
        if (! isset($session[self::KEY]['owner'])) {
            $session = self::alone($client_id, static function () use ($client_id, $claimer): array {
                return self::take($client_id, $claimer);
            });
        }
        self::check($session, $claimer);
        self::bind($request, $client_id, $session);

        return $client_id;
    }

    /** A client_id that the requesting session has claimed; who has signed in
     *  since then is bound. Throws as claim() does; 403 also for a page that
     *  nobody has claimed.
     *
     *  @param  mixed  $client_id  what the page sent */
    public function own(Request $request, $client_id): string
    {
        $session = self::session($client_id);
        self::check($session, Owner::of($request));
        self::bind($request, $client_id, $session);

        return $client_id;
    }

    /** The pages that this owner has claimed.
     *
     *  @return string[] */
    public function ofOwner(string $owner): array
    {
        $group = self::GROUP . $owner;
        $pages = [];
        Delivery::attempt(static function () use ($group, &$pages): void {
            $pages = Gateway::getClientIdListByGroup($group);
        });

        return array_values($pages);
    }

    /** The pages of a uid, but for those of this session.
     *
     *  @return string[] */
    public function ofOthers(Request $request, string $uid): array
    {
        $pages = [];
        Delivery::attempt(static function () use ($uid, &$pages): void {
            $pages = Gateway::getClientIdByUid($uid);
        });

        return array_values(array_diff($pages, $this->ofOwner(Owner::of($request))));
    }

    /** Whether a page is connected, and this owner's. */
    public static function isOwned(string $client_id, string $owner): bool
    {
        $session = Gateway::getSession($client_id);

        return is_array($session) && ($session[self::KEY]['owner'] ?? null) === $owner;
    }

    private static function session($client_id): array
    {
        if (! self::isClientId($client_id)) {
            throw new HttpException(422, 'client_id must be the 20 hex digits of the init message.');
        }
        $session = Gateway::getSession($client_id);
        if (! is_array($session)) {
            throw new HttpException(409, 'This page is not connected any more.');
        }

        return $session;
    }

    private static function check(array $session, string $owner): void
    {
        if (! hash_equals($session[self::KEY]['owner'] ?? '', $owner)) {
            throw new HttpException(403, 'This page is somebody else\'s.');
        }
    }

    /** Runs while nobody else claims that page, where the cache has locks. */
    private static function alone(string $client_id, callable $call): array
    {
        $store = Cache::store(config('gateway.lock_store'))->getStore();
        if (! $store instanceof LockProvider) {
            return $call();
        }
        try {
            return $store->lock("gateway.claim.$client_id", 2 * self::PATIENCE)
                ->block(self::PATIENCE, $call);
        } catch (LockTimeoutException $e) {
            throw new HttpException(503, 'This page is being claimed.', $e);
        }
    }

    /** Sets the owner unless there is one, or a uid that was bound by other means.
     *
     *  @return array the session as the gateway has it: who asks next finds it */
    private static function take(string $client_id, string $claimer): array
    {
        $session = self::session($client_id);
        if (isset($session[self::KEY]['owner']) || Gateway::getUidByClientId($client_id) !== null) {
            return $session;
        }
        Gateway::updateSession($client_id, [self::KEY => ['owner' => $claimer]]);
        Gateway::joinGroup($client_id, self::GROUP . $claimer);

        return self::session($client_id);
    }

    /** Not again and again: the application may have bound another uid since. */
    private static function bind(Request $request, string $client_id, array $session): void
    {
        $user = $request->user();
        if ($user === null) {
            return;
        }
        $uid = (string) $user->getAuthIdentifier();
        if (($session[self::KEY]['uid'] ?? null) !== $uid) {
            Gateway::updateSession($client_id, [self::KEY => ['uid' => $uid]]);
            Gateway::bindUid($client_id, $uid);
        }
    }
}
