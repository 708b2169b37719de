<?php

namespace GatewayClient\Laravel\Http;

use GatewayClient\Laravel\Channels;
use GatewayClient\Laravel\Owner;
use GatewayClient\Laravel\Pages;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Routing\Controller;

/** What gateway-echo.js asks for, besides /broadcasting/auth. */
class PageController extends Controller
{
    /** The page has its client_id. */
    public function bind(Request $request, Pages $pages): JsonResponse
    {
        $client_id = $pages->claim($request, $request->input('client_id'));

        return new JsonResponse(['client_id' => $client_id]);
    }

    /** The page leaves a channel, or is closed. */
    public function leave(Request $request, Channels $channels): JsonResponse
    {
        $token = $request->input('token');
        $left = is_string($token) && $channels->leave(Owner::of($request), $token);

        return new JsonResponse(['left' => $left], $left ? 200 : 422);
    }

    /** The cookie XSRF-TOKEN, which the middleware adds: the page's session has
     *  expired. */
    public function token(): Response
    {
        return new Response('', 204);
    }

    /** Who is in a presence channel, for a page that is in it. */
    public function members(Request $request, Pages $pages, Channels $channels): JsonResponse
    {
        $client_id = $pages->own($request, $request->input('socket_id'));
        $name = $request->input('channel_name');
        $members = Channels::isName($name) && Channels::isPresence($name)
            ? $channels->members($name, $client_id) : null;
        abort_if($members === null, 403);

        return new JsonResponse(['members' => array_values($members)]);
    }
}
