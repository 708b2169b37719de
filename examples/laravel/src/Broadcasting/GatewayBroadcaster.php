<?php

namespace GatewayClient\Laravel\Broadcasting;

use GatewayClient\GatewayException;
use GatewayClient\Laravel\Channels;
use GatewayClient\Laravel\Owner;
use GatewayClient\Laravel\Pages;
use Illuminate\Broadcasting\BroadcastException;
use Illuminate\Broadcasting\Broadcasters\Broadcaster;
use Illuminate\Broadcasting\Broadcasters\UsePusherChannelConventions;
use Illuminate\Support\Arr;
use JsonException;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;

/** The broadcasting driver "gateway": a channel is a group, and a socket id is a
 *  client_id. /broadcasting/auth puts the page into the group itself, for public
 *  channels too, since a gateway takes no orders from pages. */
class GatewayBroadcaster extends Broadcaster
{
    use UsePusherChannelConventions;

    private const ENCRYPTED = 'private-encrypted-';

    /** @var Pages */
    private $pages;

    /** @var Channels */
    private $groups;

    public function __construct(Pages $pages, Channels $groups)
    {
        $this->pages = $pages;
        $this->groups = $groups;
    }

    /** Authorizes the page that the request names, and puts it into the channel.
     *
     *  @param  \Illuminate\Http\Request  $request
     *  @return array */
    public function auth($request)
    {
        $name = $request->input('channel_name');
        if (! Channels::isName($name) || strncmp($name, self::ENCRYPTED, strlen(self::ENCRYPTED)) === 0) {
            throw new AccessDeniedHttpException;
        }
        $client_id = $this->pages->own($request, $request->input('socket_id'));
        if (! $this->isGuardedChannel($name)) {
            return $this->groups->join(Owner::of($request), $client_id, $name);
        }
        $channel = $this->normalizeChannelName($name);
        if (! $this->retrieveUser($request, $channel)) {
            throw new AccessDeniedHttpException;
        }

        return $this->verifyUserCanAccessChannel($request, $channel);
    }

    /** The application has agreed.
     *
     *  @param  \Illuminate\Http\Request  $request
     *  @param  mixed  $result  of the channel's callback
     *  @return array */
    public function validAuthenticationResponse($request, $result)
    {
        $name = $request->input('channel_name');
        $client_id = $request->input('socket_id');
        $owner = Owner::of($request);
        if (! Channels::isPresence($name)) {
            return $this->groups->join($owner, $client_id, $name);
        }
        $user = $this->retrieveUser($request, $this->normalizeChannelName($name));
        $id = method_exists($user, 'getAuthIdentifierForBroadcasting')
            ? $user->getAuthIdentifierForBroadcasting()
            : $user->getAuthIdentifier();

        return $this->groups->join($owner, $client_id, $name,
            ['user_id' => $id, 'user_info' => $result]);
    }

    /** @param  string  $event
     *  @throws BroadcastException nothing was sent: a queued broadcast that has
     *                             tries left is tried again */
    public function broadcast(array $channels, $event, array $payload = [])
    {
        $socket = Arr::pull($payload, 'socket');
        $exclude = Pages::isClientId($socket) ? $socket : null; // a page's header
        $sent = 0;
        foreach ($this->messages($channels, $event, $payload) as $name => $message) {
            try {
                $this->groups->send((string) $name, $message, $exclude);
                $sent++;
            } catch (GatewayException $e) {
                if ($sent === 0) {
                    throw new BroadcastException($e->getMessage(), 0, $e);
                }
                report($e); // another try would send to the first channels twice
            }
        }
    }

    /** All of them before the first is sent. */
    private function messages(array $channels, $event, array $payload): array
    {
        $messages = [];
        foreach ($this->formatChannels($channels) as $name) {
            if (strncmp($name, self::ENCRYPTED, strlen(self::ENCRYPTED)) === 0) {
                throw new BroadcastException("$name: encrypted channels are not supported.");
            }
            try {
                $messages[$name] = Channels::message($name, $event, $payload);
            } catch (JsonException $e) {
                throw new BroadcastException("$event is no JSON: {$e->getMessage()}", 0, $e);
            }
        }

        return $messages;
    }
}
