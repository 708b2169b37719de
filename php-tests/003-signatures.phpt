--TEST--
Classes, methods and properties are those of the package, and internal
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension');
if (PHP_VERSION_ID < 80000) die('skip PHP 8 knows the defaults of internal parameters'); ?>
--FILE--
<?php
function signature(ReflectionMethod $method): string
{
    $parameters = [];
    foreach ($method->getParameters() as $p) {
        $text = ($p->hasType() ? $p->getType() . ' ' : '') . '$' . $p->getName();
        if ($p->isOptional()) {
            $text .= ' = ' . json_encode($p->getDefaultValue());
        }
        $parameters[] = $text;
    }
    return implode(' ', Reflection::getModifierNames($method->getModifiers())) . ' ' .
        $method->getName() . '(' . implode(', ', $parameters) . ')' .
        ($method->hasReturnType() ? ': ' . $method->getReturnType() : '');
}

foreach (['Gateway', 'Context', 'GatewayProtocol', 'GatewayException'] as $name) {
    $class = new ReflectionClass("GatewayClient\\$name");
    echo $class->isInternal() ? 'internal ' : 'user ', $class->isFinal() ? 'final ' : '', $name, "\n";
    foreach ($class->getProperties(ReflectionProperty::IS_STATIC) as $p) {
        PHP_VERSION_ID < 80100 && $p->setAccessible(true);
        echo '  ', implode(' ', Reflection::getModifierNames($p->getModifiers())), ' $', $p->getName(),
            ' = ', json_encode($p->getValue(), JSON_UNESCAPED_SLASHES), "\n";
    }
    foreach ($class->getMethods() as $method) {
        if ($method->getDeclaringClass() == $class) {
            echo '  ', signature($method), "\n";
        }
    }
}
echo json_encode((new ReflectionClass('GatewayClient\GatewayProtocol'))->getConstants(), JSON_PRETTY_PRINT), "\n";
var_dump(get_parent_class('GatewayClient\GatewayException'));
?>
--EXPECT--
internal Gateway
  protected static $businessWorker = null
  public static $registerAddress = "127.0.0.1:1236"
  public static $secretKey = ""
  public static $connectTimeout = 3
  public static $persistentConnection = true
  public static $addressesCacheDisable = false
  public static sendToAll($message, $client_id_array = null, $exclude_client_id = null, $raw = false)
  public static sendToClient($client_id, $message, $raw = false)
  public static sendToUid($uid, $message, $raw = false)
  public static sendToGroup($group, $message, $exclude_client_id = null, $raw = false)
  public static closeClient($client_id, $message = null)
  public static destoryClient($client_id)
  public static destroyClient($client_id)
  public static destoryCurrentClient()
  public static bindUid($client_id, $uid)
  public static unbindUid($client_id, $uid)
  public static joinGroup($client_id, $group)
  public static leaveGroup($client_id, $group)
  public static ungroup($group)
  public static isOnline($client_id)
  public static isUidOnline($uid)
  public static isUidsOnline($uids)
  public static getClientIdByUid($uid)
  public static batchGetClientIdByUid($uids)
  public static getUidByClientId($client_id)
  public static getClientIdListByGroup($group)
  public static getAllClientIdList()
  public static getUidListByGroup($group)
  public static getAllUidList()
  public static getUidCountByGroup($group)
  public static getAllUidCount()
  public static getClientIdCountByGroup($group = "")
  public static getClientCountByGroup($group = "")
  public static getAllClientIdCount()
  public static getAllClientCount()
  public static batchGetClientIdCountByGroup(array $groups): array
  public static getAllClientSessions($group = "")
  public static getClientSessionsByGroup($group)
  public static getAllClientInfo($group = "")
  public static getClientInfoByGroup($group)
  public static getAllGroupIdList()
  public static getAllGroupUidList()
  public static getAllGroupUidCount()
  public static getAllGroupClientIdList()
  public static getAllGroupClientIdCount()
  public static setSession($client_id, array $session)
  public static updateSession($client_id, array $session)
  public static setSocketSession($client_id, $session_str)
  public static getSession($client_id)
  public static setBusinessWorker($business_worker_instance)
  public static flush(): bool
  protected static isValidGroupId($group)
  protected static sendCmdAndMessageToClient($client_id, $cmd, $message, $ext_data = "")
  protected static sendToGateway($address, $gateway_data)
  protected static sendBufferToGateway($address, $gateway_buffer)
  protected static sendToAllGateway($gateway_data)
  protected static sendAndRecv($address, $data)
  protected static getBufferFromAllGateway($gateway_data)
  protected static select($fields = ["session","uid","groups"], $where = [])
  protected static kickAddress($address, $connection_id, $message)
  protected static destroyAddress($address, $connection_id)
  protected static clientIdArrayToAddressArray(array $client_id_array)
  protected static generateAuthBuffer()
  protected static getAllGatewayAddress()
  protected static getAllGatewayAddressesFromRegister()
internal Context
  public static $local_ip = null
  public static $local_port = null
  public static $client_ip = null
  public static $client_port = null
  public static $client_id = null
  public static $connection_id = null
  public static $old_session = null
  public static sessionEncode($session_data = "")
  public static sessionDecode($session_buffer)
  public static clear()
  public static addressToClientId($local_ip, $local_port, $connection_id)
  public static clientIdToAddress($client_id)
internal GatewayProtocol
  public static $empty = {"cmd":0,"local_ip":0,"local_port":0,"client_ip":0,"client_port":0,"connection_id":0,"flag":0,"gateway_port":0,"ext_data":"","body":""}
  public static input($buffer)
  public static encode($data)
  public static decode($buffer)
internal GatewayException
{
    "CMD_ON_CONNECT": 1,
    "CMD_ON_MESSAGE": 3,
    "CMD_ON_CLOSE": 4,
    "CMD_SEND_TO_ONE": 5,
    "CMD_SEND_TO_ALL": 6,
    "CMD_KICK": 7,
    "CMD_DESTROY": 8,
    "CMD_UPDATE_SESSION": 9,
    "CMD_GET_ALL_CLIENT_SESSIONS": 10,
    "CMD_IS_ONLINE": 11,
    "CMD_BIND_UID": 12,
    "CMD_UNBIND_UID": 13,
    "CMD_SEND_TO_UID": 14,
    "CMD_GET_CLIENT_ID_BY_UID": 15,
    "CMD_BATCH_GET_CLIENT_ID_BY_UID": 16,
    "CMD_JOIN_GROUP": 20,
    "CMD_LEAVE_GROUP": 21,
    "CMD_SEND_TO_GROUP": 22,
    "CMD_GET_CLIENT_SESSIONS_BY_GROUP": 23,
    "CMD_GET_CLIENT_COUNT_BY_GROUP": 24,
    "CMD_SELECT": 25,
    "CMD_GET_GROUP_ID_LIST": 26,
    "CMD_UNGROUP": 27,
    "CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP": 28,
    "CMD_WORKER_CONNECT": 200,
    "CMD_PING": 201,
    "CMD_GATEWAY_CLIENT_CONNECT": 202,
    "CMD_GET_SESSION_BY_CLIENT_ID": 203,
    "CMD_SET_SESSION": 204,
    "CMD_ON_WEBSOCKET_CONNECT": 205,
    "FLAG_BODY_IS_SCALAR": 1,
    "FLAG_NOT_CALL_ENCODE": 2,
    "HEAD_LEN": 28
}
string(9) "Exception"
