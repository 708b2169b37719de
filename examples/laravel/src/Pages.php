<?php

namespace GatewayClient\Laravel;

use GatewayClient\Gateway;
use Illuminate\Http\Request;
use Illuminate\Support\Str;
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

    private const TOKEN = 'gateway.owner';

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
        $session = $this->session($client_id);
        $owner = $session[self::KEY]['owner'] ?? null;
        $claimer = $this->ownerOf($request);
        if ($owner === null
            ? Gateway::getUidByClientId($client_id) !== null // bound by other means
            : ! hash_equals($owner, $claimer)) {
            throw new HttpException(403, 'This page is somebody else\'s.');
        }
        if ($owner === null) {
            Gateway::updateSession($client_id, [self::KEY => ['owner' => $claimer]]);
        }
        $user = $request->user();
        if ($user !== null) {
            Gateway::bindUid($client_id, (string) $user->getAuthIdentifier());
        }

        return $client_id;
    }

    /** A client_id that the requesting session has claimed. Throws as claim()
     *  does; 403 also for a page that nobody has claimed.
     *
     *  @param  mixed  $client_id  what the page sent */
    public function own(Request $request, $client_id): string
    {
        $session = $this->session($client_id);
        $owner = $session[self::KEY]['owner'] ?? '';
        if (! hash_equals($owner, $this->ownerOf($request))) {
            throw new HttpException(403, 'This page is somebody else\'s.');
        }

        return $client_id;
    }

    /** The pages of a uid that this session has claimed. */
    public function ofSession(Request $request, string $uid): array
    {
        $owner = $this->ownerOf($request);

        return array_values(array_filter(Gateway::getClientIdByUid($uid),
            static function (string $client_id) use ($owner): bool {
                $session = Gateway::getSession($client_id);

                return ($session[self::KEY]['owner'] ?? null) === $owner;
            }));
    }

    private function session($client_id): array
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

    /** The session, by a token that is kept in it: its id changes at a login.
     *  Requests without a session, as with API tokens: the user. A hash, so that
     *  the gateway holds nothing that opens anything here. */
    private function ownerOf(Request $request): string
    {
        if ($request->hasSession()) {
            $store = $request->session();
            if (! $store->has(self::TOKEN)) {
                $store->put(self::TOKEN, Str::random(40));
            }

            return hash('sha256', 'session ' . $store->get(self::TOKEN));
        }
        $user = $request->user();
        if ($user === null) {
            throw new HttpException(401, 'Sign in first.');
        }

        return hash('sha256', 'user ' . get_class($user) . ' ' . $user->getAuthIdentifier());
    }
}
