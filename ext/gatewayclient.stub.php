<?php

/** @generate-class-entries */

namespace GatewayClient;

/**
 * What Gateway and Context throw.
 *
 * The message is the one of the pure PHP package, and `catch (\Exception $e)`
 * goes on to work. Keys, messages and sessions are never in it.
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
 * cannot be reached; questions to one client throw then. The address that a
 * client_id names gets no connection when the Register's list lacks it, unless
 * gatewayclient.trust_client_ids is on: commands fail in the same way, and
 * questions are answered as for a client that is offline. They throw when there
 * is no list, an empty one, or one with a host name that may be the address and
 * cannot be resolved.
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
     * is used. php.ini: gatewayclient.register_address. None, more than 64, or
     * one that is not host:port: calls that need it throw a GatewayException.
     *
     * @var string|string[]
     */
    public static $registerAddress = '127.0.0.1:1236';

    /**
     * The cluster's secret key. php.ini: gatewayclient.secret_key. Not UTF-8, or
     * longer than 64 KiB: calls throw a GatewayException.
     *
     * @var string
     */
    public static $secretKey = '';

    /**
     * Seconds that a connection attempt may take; fractions are allowed. A
     * whole call may take gatewayclient.timeout. php.ini:
     * gatewayclient.connect_timeout. 0 or less: calls throw a GatewayException.
     *
     * @var int|float
     */
    public static $connectTimeout = 3;

    /**
     * true: keep connections across calls and requests; false: close them
     * after each call. php.ini: gatewayclient.persistent.
     *
     * @var bool
     */
    public static $persistentConnection = true;

    /**
     * true: ask the Register at every call; false: believe its list for
     * gatewayclient.addresses_cache_ttl seconds.
     *
     * @var bool
     */
    public static $addressesCacheDisable = false;

    /**
     * Sends to every client, or to those listed.
     *
     * Of those listed only the gateways are asked; and the Register, when the
     * list of gateways that is known lacks one of these.
     *
     *     Gateway::sendToAll('hello');
     *     Gateway::sendToAll(['type' => 'news', 'id' => 7]);   // as JSON
     *     Gateway::sendToAll('hello, others', null, $client_id);
     *
     * E_WARNING: some gateways cannot be reached; it names them, and the others
     * are served.
     *
     * @param mixed $message a scalar is sent as it is, anything else as the
     *     clients' protocol encodes it (WebSocket: JSON)
     * @param string[]|null $client_id_array only these; [] sends nothing
     * @param string|string[]|null $exclude_client_id not to these
     * @param bool $raw true: the message is encoded for the clients' protocol
     *     already
     * @return null
     * @throws GatewayException no Register answers with a list of gateways (for
     *     those listed that is an E_WARNING); or a client_id is not 20 hex digits
     */
    public static function sendToAll($message, $client_id_array = null, $exclude_client_id = null, $raw = false) {}

    /**
     * Sends to one connection.
     *
     *     Gateway::sendToClient($client_id, 'hello');   // => true
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param mixed $message a scalar is sent as it is, anything else as the
     *     clients' protocol encodes it (WebSocket: JSON)
     * @param bool $raw true: the message is encoded for the clients' protocol
     *     already
     * @return bool true also when the client is offline; false: the gateway
     *     cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function sendToClient($client_id, $message, $raw = false) {}

    /**
     * Sends to every connection of a uid, or of each uid of a list.
     *
     * A uid that is listed twice is served twice.
     *
     *     Gateway::sendToUid('alice', 'hello');
     *     Gateway::sendToUid(['alice', 'bob', 7], 'hello');
     *
     * E_WARNING: some gateways cannot be reached; it names them, and the others
     * are served.
     *
     * @param int|string|mixed[] $uid one, or a list of them
     * @param mixed $message a scalar is sent as it is, anything else as the
     *     clients' protocol encodes it (WebSocket: JSON)
     * @param bool $raw true: the message is encoded for the clients' protocol
     *     already
     * @return null
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a name is not UTF-8
     */
    public static function sendToUid($uid, $message, $raw = false) {}

    /**
     * Sends to every connection in a group, or in each group of a list.
     *
     * A connection in two of them gets the message twice.
     *
     *     Gateway::sendToGroup('lobby', 'hello');
     *     Gateway::sendToGroup(['lobby', 'staff'], 'hello', $client_id);   // not to this one
     *
     * E_WARNING: the group is empty, like '' or 0.
     *
     * E_WARNING: some gateways cannot be reached; it names them, and the others
     * are served.
     *
     * @param int|string|mixed[] $group one, or a list of them
     * @param mixed $message a scalar is sent as it is, anything else as the
     *     clients' protocol encodes it (WebSocket: JSON)
     * @param string|string[]|null $exclude_client_id not to these
     * @param bool $raw true: the message is encoded for the clients' protocol
     *     already
     * @return null|false false: the group is empty
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a client_id is not 20 hex digits, or a name not UTF-8
     */
    public static function sendToGroup($group, $message, $exclude_client_id = null, $raw = false) {}

    /**
     * Sends a last message and closes the connection.
     *
     *     Gateway::closeClient($client_id, 'You are logged in elsewhere.');   // => true
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param mixed $message null: just close; '': an empty message, then close
     * @return bool true also when the client is offline; false: the gateway
     *     cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function closeClient($client_id, $message = null) {}

    /**
     * Closes the connection without sending what is still queued for it.
     *
     * The name is spelt as in the package.
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @return bool true also when the client is offline; false: the gateway
     *     cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function destoryClient($client_id) {}

    /**
     * The same as destoryClient(), well spelt.
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @return bool true also when the client is offline; false: the gateway
     *     cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     * @alias GatewayClient\Gateway::destoryClient
     */
    public static function destroyClient($client_id) {}

    /**
     * Destroys the client whose event a BusinessWorker is handling.
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @return bool false: the gateway cannot be reached
     * @throws GatewayException no event of a client is being handled
     */
    public static function destoryCurrentClient() {}

    /**
     * Binds the connection to a uid, in place of an earlier one.
     *
     * A uid may have any number of connections. The client_id must be one that
     * the user's own page got: whoever may choose it binds someone else's
     * connection.
     *
     *     Gateway::bindUid($client_id, 'alice');
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param int|string $uid
     * @return null|false false: the gateway cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function bindUid($client_id, $uid) {}

    /**
     * Takes away whatever uid the connection has.
     *
     *     Gateway::unbindUid($client_id, 'alice');
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param int|string $uid only travels along
     * @return null|false false: the gateway cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function unbindUid($client_id, $uid) {}

    /**
     * Puts the connection into a group, besides those that it is in.
     *
     * A group exists as long as somebody is in it.
     *
     *     Gateway::joinGroup($client_id, 'lobby');
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param int|string $group
     * @return null|false false: the gateway cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function joinGroup($client_id, $group) {}

    /**
     * Takes the connection out of a group.
     *
     * A connection that ends leaves its groups by itself.
     *
     *     Gateway::leaveGroup($client_id, 'lobby');
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param int|string $group
     * @return null|false false: the gateway cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function leaveGroup($client_id, $group) {}

    /**
     * Takes every connection out of a group.
     *
     *     Gateway::ungroup('lobby');
     *
     * E_WARNING: the group is empty, like '' or 0.
     *
     * E_WARNING: some gateways cannot be reached; it names them, and the others
     * are served.
     *
     * @param int|string $group
     * @return null|false false: the group is empty
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function ungroup($group) {}

    /**
     * Tells whether the connection is still there.
     *
     *     Gateway::isOnline($client_id);   // => 1
     *
     * @param string $client_id
     * @return int 0 or 1
     * @throws GatewayException the client_id is not 20 hex digits, its
     *     gateway gives no answer in time, or nobody knows whether it is one:
     *     there is no list of gateways, an empty one, or one with a host name
     *     that may be it and cannot be resolved
     */
    public static function isOnline($client_id) {}

    /**
     * Tells whether the uid has a connection.
     *
     *     Gateway::isUidOnline('alice');   // => 1
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string $uid
     * @return int 0 or 1
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function isUidOnline($uid) {}

    /**
     * Tells which of the uids have a connection.
     *
     * Needs GatewayWorker 3.1.6: older gateways do not answer, and the call
     * ends at its deadline.
     *
     *     Gateway::isUidsOnline(['alice', 'carol']);   // => ['alice' => 1, 'carol' => 0]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param mixed[]|object $uids a list, or an object whose JSON is one
     * @return int[] uid => 0 or 1
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a name is not UTF-8
     */
    public static function isUidsOnline($uids) {}

    /**
     * Lists the connections of a uid.
     *
     *     Gateway::getClientIdByUid('alice');   // => [$client_id]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string $uid
     * @return string[] client_ids
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getClientIdByUid($uid) {}

    /**
     * Lists the connections of each uid.
     *
     * Needs GatewayWorker 3.1.6: older gateways do not answer, and the call
     * ends at its deadline.
     *
     *     Gateway::batchGetClientIdByUid(['alice', 'carol']);   // => ['alice' => [$client_id], 'carol' => []]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param mixed[]|object $uids a list, or an object whose JSON is one
     * @return string[][] uid => list of client_ids
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a name is not UTF-8
     */
    public static function batchGetClientIdByUid($uids) {}

    /**
     * Tells which uid the connection is bound to.
     *
     *     Gateway::getUidByClientId($client_id);   // => 'alice'
     *
     * @param string $client_id
     * @return string|null null: offline, or not bound
     * @throws GatewayException the client_id is not 20 hex digits, its
     *     gateway gives no answer in time, or nobody knows whether it is one:
     *     there is no list of gateways, an empty one, or one with a host name
     *     that may be it and cannot be resolved
     */
    public static function getUidByClientId($client_id) {}

    /**
     * Lists the connections in a group, or in any group of a list.
     *
     *     Gateway::getClientIdListByGroup('lobby');   // => [$client_id => $client_id]
     *
     * E_WARNING: the group is empty, like '' or 0.
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string|mixed[] $group one, or a list of them
     * @return string[] client_id => client_id; [] when the group is empty
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a name is not UTF-8
     */
    public static function getClientIdListByGroup($group) {}

    /**
     * Lists every connection.
     *
     * On a large cluster the answer is large: getAllClientIdCount() says how
     * large.
     *
     *     Gateway::getAllClientIdList();   // => [$client_id => $client_id]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return string[] client_id => client_id
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllClientIdList() {}

    /**
     * Lists the uids in a group, or in any group of a list.
     *
     *     Gateway::getUidListByGroup('lobby');   // => ['alice' => 'alice']
     *
     * E_WARNING: the group is empty, like '' or 0.
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string|mixed[] $group one, or a list of them
     * @return string[] uid => uid; [] when the group is empty
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a name is not UTF-8
     */
    public static function getUidListByGroup($group) {}

    /**
     * Lists every uid that has a connection.
     *
     *     Gateway::getAllUidList();   // => ['alice' => 'alice']
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return string[] uid => uid
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllUidList() {}

    /**
     * Counts the uids in a group, or in any group of a list.
     *
     * They are counted here, from the list that the gateways send.
     *
     *     Gateway::getUidCountByGroup('lobby');   // => 1
     *
     * E_WARNING: the group is empty, like '' or 0.
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string|mixed[] $group one, or a list of them
     * @return int 0 when the group is empty
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a name is not UTF-8
     */
    public static function getUidCountByGroup($group) {}

    /**
     * Counts the uids that have a connection.
     *
     * They are counted here, from the list that the gateways send.
     *
     *     Gateway::getAllUidCount();   // => 1
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return int
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllUidCount() {}

    /**
     * Counts the connections in a group. The gateways count them.
     *
     *     Gateway::getClientIdCountByGroup('lobby');   // => 1
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string $group '': every connection
     * @return int
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getClientIdCountByGroup($group = '') {}

    /**
     * The same as getClientIdCountByGroup().
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string $group '': every connection
     * @return int
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getClientCountByGroup($group = '') {}

    /**
     * Counts every connection. The gateways count them.
     *
     *     Gateway::getAllClientIdCount();   // => 1
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return int
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllClientIdCount() {}

    /**
     * The same as getAllClientIdCount().
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return int
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllClientCount() {}

    /**
     * Counts the connections in each group. The gateways count them.
     *
     * Needs GatewayWorker 3.1.17: older gateways do not answer, and the call
     * ends at its deadline.
     *
     *     Gateway::batchGetClientIdCountByGroup(['lobby', 'staff']);   // => ['lobby' => 1, 'staff' => 0]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param mixed[] $groups
     * @return int[] group => number of connections
     * @throws GatewayException no Register answers with a list of gateways; or
     *     a name is not UTF-8
     */
    public static function batchGetClientIdCountByGroup(array $groups): array {}

    /**
     * Gives the session of every connection, or of those in a group.
     *
     *     Gateway::getAllClientSessions();   // => [$client_id => ['level' => 3]]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * E_WARNING: unserialize() does not take a session; its member is false.
     *
     * @param int|string $group '': every connection
     * @return mixed[] client_id => session, [] when none was set
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllClientSessions($group = '') {}

    /**
     * Gives the session of every connection in a group.
     *
     *     Gateway::getClientSessionsByGroup('lobby');   // => [$client_id => ['level' => 3]]
     *
     * E_WARNING: the group is empty, like '' or 0.
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * E_WARNING: unserialize() does not take a session; its member is false.
     *
     * @param int|string $group
     * @return mixed[] client_id => session, [] when none was set; [] when the
     *     group is empty
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getClientSessionsByGroup($group) {}

    /**
     * The old name of getAllClientSessions().
     *
     * E_DEPRECATED: at every call.
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string $group '': every connection
     * @return mixed[] client_id => session, [] when none was set
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllClientInfo($group = '') {}

    /**
     * The old name of getClientSessionsByGroup(), but '' means every
     * connection.
     *
     * E_DEPRECATED: at every call.
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @param int|string $group '': every connection
     * @return mixed[] client_id => session, [] when none was set
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getClientInfoByGroup($group) {}

    /**
     * Lists the groups that have connections.
     *
     *     Gateway::getAllGroupIdList();   // => ['lobby' => 'lobby']
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return int[]|string[] group => group; those like integers are ints
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllGroupIdList() {}

    /**
     * Lists the uids in every group.
     *
     * A connection without uid is left out.
     *
     *     Gateway::getAllGroupUidList();   // => ['lobby' => ['alice' => 'alice']]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return string[][] group => (uid => uid)
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllGroupUidList() {}

    /**
     * Counts the uids in every group.
     *
     * They are counted here, from the list that the gateways send.
     *
     *     Gateway::getAllGroupUidCount();   // => ['lobby' => 1]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return int[] group => number of uids
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllGroupUidCount() {}

    /**
     * Lists the connections in every group.
     *
     *     Gateway::getAllGroupClientIdList();   // => ['lobby' => [$client_id => $client_id]]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return string[][] group => (client_id => client_id)
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllGroupClientIdList() {}

    /**
     * Counts the connections in every group.
     *
     * They are counted here, from the list that the gateways send.
     *
     *     Gateway::getAllGroupClientIdCount();   // => ['lobby' => 1]
     *
     * E_WARNING: some gateways gave no answer in time; it names them, and the
     * result is what the others said.
     *
     * @return int[] group => number of connections
     * @throws GatewayException no Register answers with a list of gateways
     */
    public static function getAllGroupClientIdCount() {}

    /**
     * Replaces the session that the gateway keeps for the connection.
     *
     * It lives as long as the connection. Objects in it come back only as
     * gatewayclient.allowed_classes says.
     *
     *     Gateway::setSession($client_id, ['level' => 3]);
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param mixed[] $session
     * @return null|false false: the gateway cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function setSession($client_id, array $session) {}

    /**
     * Merges into the connection's session like array_replace_recursive().
     *
     *     Gateway::updateSession($client_id, ['level' => 3]);
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param mixed[] $session
     * @return null|false false: the gateway cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function updateSession($client_id, array $session) {}

    /**
     * Replaces the connection's session by one that is serialized already.
     *
     * What is no serialize() output is stored, too: getSession() then warns.
     *
     * E_WARNING: the client's gateway cannot be reached.
     *
     * @param string $client_id
     * @param string $session_str output of serialize()
     * @return bool false: the gateway cannot be reached
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function setSocketSession($client_id, $session_str) {}

    /**
     * Gives the connection's session.
     *
     *     Gateway::getSession($client_id);   // => ['level' => 3]
     *
     * E_WARNING: unserialize() does not take what is stored; the result is
     * false.
     *
     * @param string $client_id
     * @return mixed[]|null|false [] when none was set; null: offline
     * @throws GatewayException the client_id is not 20 hex digits, its
     *     gateway gives no answer in time, or nobody knows whether it is one:
     *     there is no list of gateways, an empty one, or one with a host name
     *     that may be it and cannot be resolved
     */
    public static function getSession($client_id) {}

    /**
     * Inside a BusinessWorker process: calls go over the worker's own
     * connections.
     *
     * Commands to one client then return null in place of true when the
     * connection only queues them, and false, without a warning, when it is gone
     * or its queue is full; bindUid(), unbindUid(), joinGroup() and leaveGroup()
     * always return null.
     *
     * @param object|null $business_worker_instance null: connections of our own
     *     again
     * @return null
     */
    public static function setBusinessWorker($business_worker_instance) {}

    /**
     * Waits until the gateways have handled every command that this process
     * sent so far with the current key.
     *
     * Handled means: who was online and able to take the message has it in the
     * queue of the connection; not that a page has shown it. Commands need no
     * flush() to be sent.
     *
     * What went over a BusinessWorker's connections is not among them: nobody
     * tells when it was handled.
     *
     * A connection may have ended before this is called: what nobody has asked
     * about on it is not certain. That is told once, and not any more when nobody
     * has asked for 10 minutes, after which an idle connection ends, too.
     *
     *     Gateway::sendToUid('alice', 'hello');
     *     Gateway::flush();   // => true
     *
     * E_WARNING: some commands cannot be confirmed; it names the gateways.
     *
     * @return bool false: some commands cannot be confirmed
     */
    public static function flush(): bool {}

    /**
     * @param int|string|mixed[] $group
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
     * @param mixed[] $gateway_data as GatewayProtocol::$empty
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
     * @param mixed[] $gateway_data as GatewayProtocol::$empty
     * @return null
     */
    protected static function sendToAllGateway($gateway_data) {}

    /**
     * @param string $address "ip:port"
     * @param mixed[] $data as GatewayProtocol::$empty
     * @return mixed the reply
     */
    protected static function sendAndRecv($address, $data) {}

    /**
     * @param mixed[] $gateway_data as GatewayProtocol::$empty
     * @return mixed[][] ip as int => (port => reply)
     */
    protected static function getBufferFromAllGateway($gateway_data) {}

    /**
     * @param string[] $fields of session, uid, groups
     * @param mixed[] $where groups, uid, client_id => list
     * @return mixed[][] ip as int => (port => (connection id => fields))
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
     * @return int[][] "ip:port" => (connection id => connection id)
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

    /** @var int|null the client's IPv4 address as a number */
    public static $client_ip = null;

    /** @var int|null the client's port */
    public static $client_port = null;

    /** @var string|null the client_id */
    public static $client_id = null;

    /** @var int|null the connection's number in its gateway */
    public static $connection_id = null;

    /** @var mixed[]|null the session as the event brought it */
    public static $old_session = null;

    /**
     * Serializes a session.
     *
     *     Context::sessionEncode(['level' => 3]);   // => 'a:1:{s:5:"level";i:3;}'
     *
     * @param mixed $session_data
     * @return string '' for ''
     */
    public static function sessionEncode($session_data = '') {}

    /**
     * Unserializes a session.
     *
     * Objects come back as __PHP_Incomplete_Class unless
     * gatewayclient.allowed_classes names their class.
     *
     *     Context::sessionDecode('a:1:{s:5:"level";i:3;}');   // => ['level' => 3]
     *
     * E_WARNING: unserialize() does not take it; the result is false.
     *
     * @param string $session_buffer
     * @return mixed false for ''
     */
    public static function sessionDecode($session_buffer) {}

    /**
     * Sets every property to null.
     *
     * @return null
     */
    public static function clear() {}

    /**
     * Makes a client_id.
     *
     *     Context::addressToClientId(0x7f000001, 2900, 1);   // => '7f0000010b5400000001'
     *
     * @param int $local_ip the gateway's inner IPv4 address as a number
     * @param int $local_port the gateway's inner port
     * @param int $connection_id the connection's number in that gateway
     * @return string 20 hex digits
     */
    public static function addressToClientId($local_ip, $local_port, $connection_id) {}

    /**
     * Tells which gateway and connection a client_id means.
     *
     *     Context::clientIdToAddress('7f0000010b5400000001');
     *     // => ['local_ip' => 0x7f000001, 'local_port' => 2900, 'connection_id' => 1]
     *
     * @param string $client_id
     * @return int[] local_ip, local_port, connection_id
     * @throws GatewayException the client_id is not 20 hex digits
     */
    public static function clientIdToAddress($client_id) {}
}

/**
 * The frames between gateways, workers and clients.
 */
class GatewayProtocol
{
    /**
     * To a worker: a client has connected.
     *
     * @var int
     */
    const CMD_ON_CONNECT = 1;
    /**
     * To a worker: a client has sent a message.
     *
     * @var int
     */
    const CMD_ON_MESSAGE = 3;
    /**
     * To a worker: a client has gone.
     *
     * @var int
     */
    const CMD_ON_CLOSE = 4;
    /**
     * Send to one client.
     *
     * @var int
     */
    const CMD_SEND_TO_ONE = 5;
    /**
     * Send to all clients, or to some.
     *
     * @var int
     */
    const CMD_SEND_TO_ALL = 6;
    /**
     * Send a last message and close the connection.
     *
     * @var int
     */
    const CMD_KICK = 7;
    /**
     * Close the connection at once.
     *
     * @var int
     */
    const CMD_DESTROY = 8;
    /**
     * Merge into a session.
     *
     * @var int
     */
    const CMD_UPDATE_SESSION = 9;
    /**
     * Ask for all sessions.
     *
     * @var int
     */
    const CMD_GET_ALL_CLIENT_SESSIONS = 10;
    /**
     * Ask whether a connection is there.
     *
     * @var int
     */
    const CMD_IS_ONLINE = 11;
    /**
     * Bind a connection to a uid.
     *
     * @var int
     */
    const CMD_BIND_UID = 12;
    /**
     * Take the uid away.
     *
     * @var int
     */
    const CMD_UNBIND_UID = 13;
    /**
     * Send to uids.
     *
     * @var int
     */
    const CMD_SEND_TO_UID = 14;
    /**
     * Ask for the connections of a uid.
     *
     * @var int
     */
    const CMD_GET_CLIENT_ID_BY_UID = 15;
    /**
     * Ask for the connections of several uids; GatewayWorker 3.1.6.
     *
     * @var int
     */
    const CMD_BATCH_GET_CLIENT_ID_BY_UID = 16;
    /**
     * Put a connection into a group.
     *
     * @var int
     */
    const CMD_JOIN_GROUP = 20;
    /**
     * Take a connection out of a group.
     *
     * @var int
     */
    const CMD_LEAVE_GROUP = 21;
    /**
     * Send to groups.
     *
     * @var int
     */
    const CMD_SEND_TO_GROUP = 22;
    /**
     * Ask for the sessions in a group.
     *
     * @var int
     */
    const CMD_GET_CLIENT_SESSIONS_BY_GROUP = 23;
    /**
     * Ask for the number of connections in a group, or in all.
     *
     * @var int
     */
    const CMD_GET_CLIENT_COUNT_BY_GROUP = 24;
    /**
     * Ask for uid, groups and session of connections.
     *
     * @var int
     */
    const CMD_SELECT = 25;
    /**
     * Ask for the groups.
     *
     * @var int
     */
    const CMD_GET_GROUP_ID_LIST = 26;
    /**
     * Take everybody out of a group.
     *
     * @var int
     */
    const CMD_UNGROUP = 27;
    /**
     * Ask for the numbers of connections in several groups; GatewayWorker 3.1.17.
     *
     * @var int
     */
    const CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP = 28;
    /**
     * A worker authorises itself.
     *
     * @var int
     */
    const CMD_WORKER_CONNECT = 200;
    /**
     * Heartbeat between gateway and worker.
     *
     * @var int
     */
    const CMD_PING = 201;
    /**
     * An application authorises itself.
     *
     * @var int
     */
    const CMD_GATEWAY_CLIENT_CONNECT = 202;
    /**
     * Ask for a session.
     *
     * @var int
     */
    const CMD_GET_SESSION_BY_CLIENT_ID = 203;
    /**
     * Replace a session.
     *
     * @var int
     */
    const CMD_SET_SESSION = 204;
    /**
     * To a worker: a WebSocket handshake has come.
     *
     * @var int
     */
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
    /**
     * Bytes of a frame's header.
     *
     * @var int
     */
    const HEAD_LEN = 28;

    /**
     * The members of a frame, all empty.
     *
     * @var mixed[]
     */
    public static $empty = null;

    /**
     * Tells how long the first frame of a buffer is, as Workerman asks a
     * protocol.
     *
     * @param string $buffer
     * @return int 0: its header is not whole
     */
    public static function input($buffer) {}

    /**
     * Makes a frame.
     *
     *     strlen(GatewayProtocol::encode(['cmd' => GatewayProtocol::CMD_PING]));   // => GatewayProtocol::HEAD_LEN
     *
     * @param mixed[] $data members of $empty; what is missing is empty
     * @return string
     */
    public static function encode($data) {}

    /**
     * Reads a frame.
     *
     * E_WARNING: it is not a whole frame; the result is false.
     *
     * @param string $buffer one frame
     * @return mixed[]|false the members of $empty, with pack_len and ext_len
     */
    public static function decode($buffer) {}
}
