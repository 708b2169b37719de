<?php

namespace GatewayClient\Laravel;

use Illuminate\Http\Request;
use Symfony\Component\HttpKernel\Exception\HttpException;

/** Who a request comes from, as the gateway may know it: a hash, so that it holds
 *  nothing that opens anything here. */
final class Owner
{
    private const TOKEN = 'gateway.owner';

    /** The session, by a token that is kept in it: its id changes at a login.
     *  Nothing locks a session, and of requests at once the last one to write it
     *  wins, so all of them make the same token: of the id that it has then.
     *  Requests without a session, as with API tokens: the user. */
    public static function of(Request $request): string
    {
        if ($request->hasSession()) {
            $store = $request->session();
            if (! $store->has(self::TOKEN)) {
                $store->put(self::TOKEN,
                    hash_hmac('sha256', $store->getId(), (string) config('app.key')));
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
