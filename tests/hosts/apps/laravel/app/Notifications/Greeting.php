<?php

namespace App\Notifications;

use Illuminate\Notifications\Notification;

class Greeting extends Notification
{
    private $text;

    public function __construct(string $text)
    {
        $this->text = $text;
    }

    public function via($notifiable)
    {
        return ['broadcast'];
    }

    public function toArray($notifiable)
    {
        return ['text' => $this->text];
    }
}
