<?php

namespace GatewayClient\Laravel\Jobs;

use GatewayClient\Laravel\Delivery;
use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Bus\Dispatchable;
use Illuminate\Queue\InteractsWithQueue;

/** A push that a queue worker does. It is tried again only when nothing was sent:
 *  see Delivery. */
abstract class Push implements ShouldQueue
{
    use Dispatchable;
    use InteractsWithQueue;
    use Queueable;

    /** @var int */
    public $tries = 5;

    /** @var int[] seconds between the tries */
    public $backoff = [1, 5, 30];

    /** @var string */
    protected $message;

    /** @param  mixed  $message  a string is sent as it is, anything else as JSON */
    public function __construct($message)
    {
        $this->message = is_string($message) ? $message
            : json_encode($message, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE
                | JSON_UNESCAPED_SLASHES);
    }

    abstract protected function send(): void;

    public function handle(): void
    {
        Delivery::attempt(function (): void {
            $this->send();
        });
    }
}
