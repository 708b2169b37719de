<?php

namespace GatewayClient\Laravel;

use GatewayClient\Gateway;

/** What the class knows and tells its subclasses only.
 *
 *  @internal */
final class Gateways extends Gateway
{
    /** How many the Register lists. */
    public static function count(): int
    {
        return count(self::getAllGatewayAddress());
    }
}
