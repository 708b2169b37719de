<?php
/**
 * Classes that applications derive from the one under test, pure or native.
 * `$asked` is which of a subclass's own methods were called, on which class and
 * with what: the package's methods ask each other through the called class.
 */

use GatewayClient\Gateway;

/** A cluster of its own: the properties are redeclared, not inherited. */
class Chat extends Gateway
{
    public static $registerAddress;
    public static $secretKey;
    public static $connectTimeout;
    public static $persistentConnection;
    public static $addressesCacheDisable;
}

/** One of several who share a cluster: its uids have a prefix there. */
class Tenant extends Gateway
{
    const PREFIX = 'ténant/';

    public static $asked = [];

    private static function note(string $method, array $arguments): void
    {
        self::$asked[] = static::class . "::$method " . serialize($arguments);
    }

    /** What a uid, or each of a list, is called in the cluster. */
    protected static function named($uid)
    {
        return is_array($uid)
            ? array_map([static::class, 'named'], $uid)
            : static::PREFIX . $uid;
    }

    /** Its own among uids of the cluster, by the names that it knows. */
    private static function own(array $uids): array
    {
        $length = strlen(static::PREFIX);
        $own = [];
        foreach ($uids as $uid) {
            if (strncmp($uid, static::PREFIX, $length) === 0) {
                $own[substr($uid, $length)] = substr($uid, $length);
            }
        }
        return $own;
    }

    /** A method that the package lacks, of two that are overridden or not. */
    public static function tell($uid, $message)
    {
        return static::isUidOnline($uid)
            ? static::sendToUid($uid, $message) : 'offline';
    }

    public static function bindUid($client_id, $uid)
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::bindUid($client_id, static::named($uid));
    }

    public static function unbindUid($client_id, $uid)
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::unbindUid($client_id, static::named($uid));
    }

    public static function sendToUid($uid, $message, $raw = false)
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::sendToUid(static::named($uid), $message, $raw);
    }

    public static function getClientIdByUid($uid)
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::getClientIdByUid(static::named($uid));
    }

    public static function batchGetClientIdByUid($uids)
    {
        self::note(__FUNCTION__, func_get_args());
        $found = [];
        foreach (parent::batchGetClientIdByUid(static::named($uids)) as $uid => $ids) {
            $found[substr($uid, strlen(static::PREFIX))] = $ids;
        }
        return $found;
    }

    public static function getUidListByGroup($group)
    {
        self::note(__FUNCTION__, func_get_args());
        return self::own(parent::getUidListByGroup($group));
    }

    public static function getAllUidList()
    {
        self::note(__FUNCTION__, func_get_args());
        return self::own(parent::getAllUidList());
    }

    public static function getAllClientSessions($group = '')
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::getAllClientSessions($group);
    }

    public static function getClientIdCountByGroup($group = '')
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::getClientIdCountByGroup($group);
    }

    public static function getAllGroupUidList()
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::getAllGroupUidList();
    }

    public static function getAllGroupClientIdList()
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::getAllGroupClientIdList();
    }

    public static function setSocketSession($client_id, $session_str)
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::setSocketSession($client_id, $session_str);
    }

    public static function destoryCurrentClient()
    {
        self::note(__FUNCTION__, func_get_args());
        return parent::destoryCurrentClient();
    }
}

/** A subclass's subclass: what it inherits works with its own prefix. */
class Shop extends Tenant
{
    const PREFIX = '7';

    public static function getClientCountByGroup($group = '')
    {
        return parent::getClientCountByGroup($group) + 1000;
    }
}
