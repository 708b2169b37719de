<?php

declare(strict_types=1);

namespace GatewayClient\Symfony\Message;

/** A push for a queue: to a user, or to a group. */
final class Push
{
    /** @param array<string, mixed> $message */
    private function __construct(
        public readonly ?string $uid,
        public readonly ?string $group,
        public readonly array $message,
    ) {
    }

    /** @param array<string, mixed> $message */
    public static function toUser(string $uid, array $message): self
    {
        return new self($uid, null, $message);
    }

    /** @param array<string, mixed> $message */
    public static function toGroup(string $group, array $message): self
    {
        return new self(null, $group, $message);
    }
}
