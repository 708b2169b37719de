<?php

/** @generate-class-entries */

namespace GatewayClient;

/**
 * What Gateway and Context throw. The message is the one of the pure PHP
 * package, so `catch (\Exception $e)` goes on to work.
 */
class GatewayException extends \Exception
{
}

/**
 * Pushes messages to browsers through a GatewayWorker cluster.
 *
 * The public properties are read at each call through the called class: a
 * subclass that redeclares them talks to its own cluster. They go back to
 * their php.ini defaults at each request.
 *
 * "Every gateway" means those that the Register lists. A command or question
 * to every gateway is served by those that can be reached; one E_WARNING names
 * the others. A message is sent as it is when it is scalar, else as the
 * gateway's protocol encodes it (WebSocket: JSON).
 *
 * Commands to one client return false and raise an E_WARNING when its gateway
 * cannot be reached; questions to one client throw then.
 */
class Gateway
{
    /**
     * The BusinessWorker whose connections are used, inside such a process.
     *
     * @var object|null
     */
    protected static $businessWorker = null;

    /**
     * "host:port" of the Register, or an array of them: the first that answers
     * is used.
     *
     * @var string|array
     */
    public static $registerAddress = '127.0.0.1:1236';

    /**
     * The cluster's secret key.
     *
     * @var string
     */
    public static $secretKey = '';

    /**
     * Seconds that a connection attempt may take; fractions are allowed.
     *
     * @var int|float
     */
    public static $connectTimeout = 3;

    /**
     * true: keep connections across calls and requests; false: close them
     * after each call.
     *
     * @var bool
     */
    public static $persistentConnection = true;

    /**
     * true: ask the Register at every call.
     *
     * @var bool
     */
    public static $addressesCacheDisable = false;

    /**
     * Sends to every client, or to those listed.
     *
     * @param mixed $message
     * @param string[]|null $client_id_array only these; [] sends nothing
     * @param string|string[]|null $exclude_client_id not to these
     * @param bool $raw the message is already encoded for the clients' protocol
     * @return null
     */
    public static function sendToAll($message, $client_id_array = null, $exclude_client_id = null, $raw = false) {}

    /**
     * @param string $client_id
     * @param mixed $message
     * @param bool $raw
     * @return bool true also when the client is offline
     */
    public static function sendToClient($client_id, $message, $raw = false) {}

    /**
     * Sends to every connection of a uid, or of each uid of a list.
     *
     * @param int|string|array $uid
     * @param mixed $message
     * @param bool $raw
     * @return null
     */
    public static function sendToUid($uid, $message, $raw = false) {}

    /**
     * Sends to every connection in a group, or in each group of a list.
     *
     * @param int|string|array $group
     * @param mixed $message
     * @param string|string[]|null $exclude_client_id not to these
     * @param bool $raw
     * @return null|false false: the group is empty
     */
    public static function sendToGroup($group, $message, $exclude_client_id = null, $raw = false) {}

    /**
     * Sends a last message and closes the client's connection.
     *
     * @param string $client_id
     * @param mixed $message null: just close; '': an empty message, then close
     * @return bool
     */
    public static function closeClient($client_id, $message = null) {}

    /**
     * Closes the client's connection without sending what is still queued.
     *
     * @param string $client_id
     * @return bool
     */
    public static function destoryClient($client_id) {}

    /**
     * The same, well spelt.
     *
     * @param string $client_id
     * @return bool
     * @alias GatewayClient\Gateway::destoryClient
     */
    public static function destroyClient($client_id) {}

    /**
     * Destroys the client whose event a worker is handling. Throws elsewhere.
     *
     * @return bool
     */
    public static function destoryCurrentClient() {}

    /**
     * Binds the client to a uid; an earlier uid is replaced.
     *
     * @param string $client_id
     * @param int|string $uid
     * @return null|false false: the gateway cannot be reached
     */
    public static function bindUid($client_id, $uid) {}

    /**
     * Takes away whatever uid the client has.
     *
     * @param string $client_id
     * @param int|string $uid only travels along
     * @return null|false false: the gateway cannot be reached
     */
    public static function unbindUid($client_id, $uid) {}

    /**
     * @param string $client_id
     * @param int|string $group
     * @return null|false false: the gateway cannot be reached
     */
    public static function joinGroup($client_id, $group) {}

    /**
     * @param string $client_id
     * @param int|string $group
     * @return null|false false: the gateway cannot be reached
     */
    public static function leaveGroup($client_id, $group) {}

    /**
     * Removes every client from the group.
     *
     * @param int|string $group
     * @return null|false false: the group is empty
     */
    public static function ungroup($group) {}

    /**
     * @param string $client_id
     * @return int 0 or 1
     */
    public static function isOnline($client_id) {}

    /**
     * @param int|string $uid
     * @return int 0 or 1
     */
    public static function isUidOnline($uid) {}

    /**
     * @param array $uids
     * @return array uid => 0 or 1
     */
    public static function isUidsOnline(array $uids) {}

    /**
     * @param int|string $uid
     * @return string[] client ids
     */
    public static function getClientIdByUid($uid) {}

    /**
     * @param array $uids
     * @return array uid => list of client ids
     */
    public static function batchGetClientIdByUid(array $uids) {}

    /**
     * @param string $client_id
     * @return string|null null: offline, or no uid
     */
    public static function getUidByClientId($client_id) {}

    /**
     * @param int|string|array $group
     * @return array client id => client id
     */
    public static function getClientIdListByGroup($group) {}

    /** @return array client id => client id */
    public static function getAllClientIdList() {}

    /**
     * @param int|string|array $group
     * @return array uid => uid
     */
    public static function getUidListByGroup($group) {}

    /** @return array uid => uid */
    public static function getAllUidList() {}

    /**
     * @param int|string|array $group
     * @return int
     */
    public static function getUidCountByGroup($group) {}

    /** @return int */
    public static function getAllUidCount() {}

    /**
     * @param int|string $group '': every client
     * @return int
     */
    public static function getClientIdCountByGroup($group = '') {}

    /**
     * @param int|string $group '': every client
     * @return int
     * @alias GatewayClient\Gateway::getClientIdCountByGroup
     */
    public static function getClientCountByGroup($group = '') {}

    /** @return int */
    public static function getAllClientIdCount() {}

    /**
     * @return int
     * @alias GatewayClient\Gateway::getAllClientIdCount
     */
    public static function getAllClientCount() {}

    /** @return array<int|string, int> group => number of clients */
    public static function batchGetClientIdCountByGroup(array $groups): array {}

    /**
     * @param int|string $group '': every client
     * @return array client id => session array
     */
    public static function getAllClientSessions($group = '') {}

    /**
     * @param int|string $group
     * @return array client id => session array
     */
    public static function getClientSessionsByGroup($group) {}

    /**
     * The old name of getAllClientSessions(); raises E_DEPRECATED.
     *
     * @param int|string $group
     * @return array client id => session array
     */
    public static function getAllClientInfo($group = '') {}

    /**
     * The old name of getClientSessionsByGroup(); raises E_DEPRECATED.
     *
     * @param int|string $group
     * @return array client id => session array
     */
    public static function getClientInfoByGroup($group) {}

    /** @return array group => group; integer-like groups are ints */
    public static function getAllGroupIdList() {}

    /** @return array group => (uid => uid) */
    public static function getAllGroupUidList() {}

    /** @return array group => number of uids */
    public static function getAllGroupUidCount() {}

    /** @return array group => (client id => client id) */
    public static function getAllGroupClientIdList() {}

    /** @return array group => number of clients */
    public static function getAllGroupClientIdCount() {}

    /**
     * Replaces the client's session.
     *
     * @param string $client_id
     * @return null|false false: the gateway cannot be reached
     */
    public static function setSession($client_id, array $session) {}

    /**
     * Merges into the client's session like array_replace_recursive().
     *
     * @param string $client_id
     * @return null|false false: the gateway cannot be reached
     */
    public static function updateSession($client_id, array $session) {}

    /**
     * Replaces the client's session by a serialized one.
     *
     * @param string $client_id
     * @param string $session_str
     * @return bool
     */
    public static function setSocketSession($client_id, $session_str) {}

    /**
     * @param string $client_id
     * @return array|null null: offline
     */
    public static function getSession($client_id) {}

    /**
     * Inside a BusinessWorker process: use the worker's own connections.
     *
     * @param object|null $business_worker_instance
     * @return null
     */
    public static function setBusinessWorker($business_worker_instance) {}

    /**
     * Waits until the gateways have handled every command that this process
     * sent so far with the current key.
     *
     * @return bool false, with an E_WARNING: some cannot be confirmed
     */
    public static function flush(): bool {}

    /**
     * @param int|string|array $group
     * @return bool false, with an E_WARNING: empty
     */
    protected static function isValidGroupId($group) {}

    /**
     * @param string|null $client_id null: the current client of a worker
     * @param int $cmd
     * @param mixed $message
     * @param string $ext_data
     * @return bool
     */
    protected static function sendCmdAndMessageToClient($client_id, $cmd, $message, $ext_data = '') {}

    /**
     * @param string $address "ip:port"
     * @param array $gateway_data as GatewayProtocol::$empty
     * @return bool
     */
    protected static function sendToGateway($address, $gateway_data) {}

    /**
     * @param string $address "ip:port"
     * @param string $gateway_buffer one frame, encoded
     * @return bool
     */
    protected static function sendBufferToGateway($address, $gateway_buffer) {}

    /**
     * @param array $gateway_data as GatewayProtocol::$empty
     * @return null
     */
    protected static function sendToAllGateway($gateway_data) {}

    /**
     * @param string $address "ip:port"
     * @param array $data as GatewayProtocol::$empty
     * @return mixed the reply
     */
    protected static function sendAndRecv($address, $data) {}

    /**
     * @param array $gateway_data as GatewayProtocol::$empty
     * @return array ip as int => (port => reply)
     */
    protected static function getBufferFromAllGateway($gateway_data) {}

    /**
     * @param string[] $fields of session, uid, groups
     * @param array $where groups, uid, client_id => list
     * @return array ip as int => (port => (connection id => fields))
     */
    protected static function select($fields = ['session', 'uid', 'groups'], $where = []) {}

    /**
     * @param string $address "ip:port"
     * @param int $connection_id
     * @param mixed $message
     * @return bool
     */
    protected static function kickAddress($address, $connection_id, $message) {}

    /**
     * @param string $address "ip:port"
     * @param int $connection_id
     * @return bool
     */
    protected static function destroyAddress($address, $connection_id) {}

    /**
     * @param string[] $client_id_array
     * @return array "ip:port" => (connection id => connection id)
     */
    protected static function clientIdArrayToAddressArray(array $client_id_array) {}

    /** @return string the authorisation frame for the current key */
    protected static function generateAuthBuffer() {}

    /** @return string[] "ip:port" of every gateway */
    protected static function getAllGatewayAddress() {}

    /** @return string[] "ip:port" of every gateway that the Register lists */
    protected static function getAllGatewayAddressesFromRegister() {}
}

/**
 * The client whose event a worker is handling, and the forms of a client id.
 */
class Context
{
    /** @var int|null the gateway's inner IPv4 address as a number */
    public static $local_ip = null;

    /** @var int|null the gateway's inner port */
    public static $local_port = null;

    /** @var int|null */
    public static $client_ip = null;

    /** @var int|null */
    public static $client_port = null;

    /** @var string|null */
    public static $client_id = null;

    /** @var int|null */
    public static $connection_id = null;

    /** @var array|null */
    public static $old_session = null;

    /**
     * @param mixed $session_data
     * @return string '' for ''
     */
    public static function sessionEncode($session_data = '') {}

    /**
     * Objects come back as __PHP_Incomplete_Class unless
     * gatewayclient.allowed_classes names their class.
     *
     * @param string $session_buffer
     * @return mixed
     */
    public static function sessionDecode($session_buffer) {}

    /**
     * Sets every property to null.
     *
     * @return null
     */
    public static function clear() {}

    /**
     * @param int $local_ip
     * @param int $local_port
     * @param int $connection_id
     * @return string 20 hex digits
     */
    public static function addressToClientId($local_ip, $local_port, $connection_id) {}

    /**
     * @param string $client_id 20 hex digits
     * @return array{local_ip: int, local_port: int, connection_id: int}
     * @throws GatewayException anything else
     */
    public static function clientIdToAddress($client_id) {}
}

/**
 * The frames between gateways, workers and clients.
 */
class GatewayProtocol
{
    /** @var int */
    const CMD_ON_CONNECT = 1;
    /** @var int */
    const CMD_ON_MESSAGE = 3;
    /** @var int */
    const CMD_ON_CLOSE = 4;
    /** @var int */
    const CMD_SEND_TO_ONE = 5;
    /** @var int */
    const CMD_SEND_TO_ALL = 6;
    /** @var int */
    const CMD_KICK = 7;
    /** @var int */
    const CMD_DESTROY = 8;
    /** @var int */
    const CMD_UPDATE_SESSION = 9;
    /** @var int */
    const CMD_GET_ALL_CLIENT_SESSIONS = 10;
    /** @var int */
    const CMD_IS_ONLINE = 11;
    /** @var int */
    const CMD_BIND_UID = 12;
    /** @var int */
    const CMD_UNBIND_UID = 13;
    /** @var int */
    const CMD_SEND_TO_UID = 14;
    /** @var int */
    const CMD_GET_CLIENT_ID_BY_UID = 15;
    /** @var int */
    const CMD_BATCH_GET_CLIENT_ID_BY_UID = 16;
    /** @var int */
    const CMD_JOIN_GROUP = 20;
    /** @var int */
    const CMD_LEAVE_GROUP = 21;
    /** @var int */
    const CMD_SEND_TO_GROUP = 22;
    /** @var int */
    const CMD_GET_CLIENT_SESSIONS_BY_GROUP = 23;
    /** @var int */
    const CMD_GET_CLIENT_COUNT_BY_GROUP = 24;
    /** @var int */
    const CMD_SELECT = 25;
    /** @var int */
    const CMD_GET_GROUP_ID_LIST = 26;
    /** @var int */
    const CMD_UNGROUP = 27;
    /** @var int */
    const CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP = 28;
    /** @var int */
    const CMD_WORKER_CONNECT = 200;
    /** @var int */
    const CMD_PING = 201;
    /** @var int */
    const CMD_GATEWAY_CLIENT_CONNECT = 202;
    /** @var int */
    const CMD_GET_SESSION_BY_CLIENT_ID = 203;
    /** @var int */
    const CMD_SET_SESSION = 204;
    /** @var int */
    const CMD_ON_WEBSOCKET_CONNECT = 205;
    /**
     * The body is raw bytes, not serialized.
     *
     * @var int
     */
    const FLAG_BODY_IS_SCALAR = 0x01;
    /**
     * Send the body to the client as it is.
     *
     * @var int
     */
    const FLAG_NOT_CALL_ENCODE = 0x02;
    /** @var int */
    const HEAD_LEN = 28;

    /**
     * The members of a frame, all empty.
     *
     * @var array
     */
    public static $empty = null;

    /**
     * @param string $buffer
     * @return int the length of the first frame; 0: its header is not whole
     */
    public static function input($buffer) {}

    /**
     * @param array $data as $empty, with any body
     * @return string
     */
    public static function encode($data) {}

    /**
     * @param string $buffer one frame
     * @return array the members, with pack_len and ext_len
     */
    public static function decode($buffer) {}
}
