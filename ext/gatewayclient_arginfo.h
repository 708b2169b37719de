/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 0bd4f787c27693778f131b774e318298a5a51f0c */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendToAll, 0, 0, 1)
	ZEND_ARG_INFO(0, message)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, client_id_array, "null")
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, exclude_client_id, "null")
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, raw, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendToClient, 0, 0, 2)
	ZEND_ARG_INFO(0, client_id)
	ZEND_ARG_INFO(0, message)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, raw, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendToUid, 0, 0, 2)
	ZEND_ARG_INFO(0, uid)
	ZEND_ARG_INFO(0, message)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, raw, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendToGroup, 0, 0, 2)
	ZEND_ARG_INFO(0, group)
	ZEND_ARG_INFO(0, message)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, exclude_client_id, "null")
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, raw, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_closeClient, 0, 0, 1)
	ZEND_ARG_INFO(0, client_id)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, message, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_destoryClient, 0, 0, 1)
	ZEND_ARG_INFO(0, client_id)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_destroyClient arginfo_class_GatewayClient_Gateway_destoryClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_destoryCurrentClient, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_bindUid, 0, 0, 2)
	ZEND_ARG_INFO(0, client_id)
	ZEND_ARG_INFO(0, uid)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_unbindUid arginfo_class_GatewayClient_Gateway_bindUid

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_joinGroup, 0, 0, 2)
	ZEND_ARG_INFO(0, client_id)
	ZEND_ARG_INFO(0, group)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_leaveGroup arginfo_class_GatewayClient_Gateway_joinGroup

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_ungroup, 0, 0, 1)
	ZEND_ARG_INFO(0, group)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_isOnline arginfo_class_GatewayClient_Gateway_destoryClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_isUidOnline, 0, 0, 1)
	ZEND_ARG_INFO(0, uid)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_isUidsOnline, 0, 0, 1)
	ZEND_ARG_INFO(0, uids)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_getClientIdByUid arginfo_class_GatewayClient_Gateway_isUidOnline

#define arginfo_class_GatewayClient_Gateway_batchGetClientIdByUid arginfo_class_GatewayClient_Gateway_isUidsOnline

#define arginfo_class_GatewayClient_Gateway_getUidByClientId arginfo_class_GatewayClient_Gateway_destoryClient

#define arginfo_class_GatewayClient_Gateway_getClientIdListByGroup arginfo_class_GatewayClient_Gateway_ungroup

#define arginfo_class_GatewayClient_Gateway_getAllClientIdList arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getUidListByGroup arginfo_class_GatewayClient_Gateway_ungroup

#define arginfo_class_GatewayClient_Gateway_getAllUidList arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getUidCountByGroup arginfo_class_GatewayClient_Gateway_ungroup

#define arginfo_class_GatewayClient_Gateway_getAllUidCount arginfo_class_GatewayClient_Gateway_destoryCurrentClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_getClientIdCountByGroup, 0, 0, 0)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, group, "\'\'")
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_getClientCountByGroup arginfo_class_GatewayClient_Gateway_getClientIdCountByGroup

#define arginfo_class_GatewayClient_Gateway_getAllClientIdCount arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getAllClientCount arginfo_class_GatewayClient_Gateway_destoryCurrentClient

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_GatewayClient_Gateway_batchGetClientIdCountByGroup, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, groups, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_getAllClientSessions arginfo_class_GatewayClient_Gateway_getClientIdCountByGroup

#define arginfo_class_GatewayClient_Gateway_getClientSessionsByGroup arginfo_class_GatewayClient_Gateway_ungroup

#define arginfo_class_GatewayClient_Gateway_getAllClientInfo arginfo_class_GatewayClient_Gateway_getClientIdCountByGroup

#define arginfo_class_GatewayClient_Gateway_getClientInfoByGroup arginfo_class_GatewayClient_Gateway_ungroup

#define arginfo_class_GatewayClient_Gateway_getAllGroupIdList arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getAllGroupUidList arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getAllGroupUidCount arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getAllGroupClientIdList arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getAllGroupClientIdCount arginfo_class_GatewayClient_Gateway_destoryCurrentClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_setSession, 0, 0, 2)
	ZEND_ARG_INFO(0, client_id)
	ZEND_ARG_TYPE_INFO(0, session, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_updateSession arginfo_class_GatewayClient_Gateway_setSession

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_setSocketSession, 0, 0, 2)
	ZEND_ARG_INFO(0, client_id)
	ZEND_ARG_INFO(0, session_str)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_getSession arginfo_class_GatewayClient_Gateway_destoryClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_setBusinessWorker, 0, 0, 1)
	ZEND_ARG_INFO(0, business_worker_instance)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_GatewayClient_Gateway_flush, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_isValidGroupId arginfo_class_GatewayClient_Gateway_ungroup

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendCmdAndMessageToClient, 0, 0, 3)
	ZEND_ARG_INFO(0, client_id)
	ZEND_ARG_INFO(0, cmd)
	ZEND_ARG_INFO(0, message)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, ext_data, "\'\'")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendToGateway, 0, 0, 2)
	ZEND_ARG_INFO(0, address)
	ZEND_ARG_INFO(0, gateway_data)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendBufferToGateway, 0, 0, 2)
	ZEND_ARG_INFO(0, address)
	ZEND_ARG_INFO(0, gateway_buffer)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendToAllGateway, 0, 0, 1)
	ZEND_ARG_INFO(0, gateway_data)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_sendAndRecv, 0, 0, 2)
	ZEND_ARG_INFO(0, address)
	ZEND_ARG_INFO(0, data)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_getBufferFromAllGateway arginfo_class_GatewayClient_Gateway_sendToAllGateway

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_select, 0, 0, 0)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, fields, "[\'session\', \'uid\', \'groups\']")
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, where, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_kickAddress, 0, 0, 3)
	ZEND_ARG_INFO(0, address)
	ZEND_ARG_INFO(0, connection_id)
	ZEND_ARG_INFO(0, message)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_destroyAddress, 0, 0, 2)
	ZEND_ARG_INFO(0, address)
	ZEND_ARG_INFO(0, connection_id)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Gateway_clientIdArrayToAddressArray, 0, 0, 1)
	ZEND_ARG_TYPE_INFO(0, client_id_array, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Gateway_generateAuthBuffer arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getAllGatewayAddress arginfo_class_GatewayClient_Gateway_destoryCurrentClient

#define arginfo_class_GatewayClient_Gateway_getAllGatewayAddressesFromRegister arginfo_class_GatewayClient_Gateway_destoryCurrentClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Context_sessionEncode, 0, 0, 0)
	ZEND_ARG_INFO_WITH_DEFAULT_VALUE(0, session_data, "\'\'")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Context_sessionDecode, 0, 0, 1)
	ZEND_ARG_INFO(0, session_buffer)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Context_clear arginfo_class_GatewayClient_Gateway_destoryCurrentClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_Context_addressToClientId, 0, 0, 3)
	ZEND_ARG_INFO(0, local_ip)
	ZEND_ARG_INFO(0, local_port)
	ZEND_ARG_INFO(0, connection_id)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_Context_clientIdToAddress arginfo_class_GatewayClient_Gateway_destoryClient

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_GatewayProtocol_input, 0, 0, 1)
	ZEND_ARG_INFO(0, buffer)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_GatewayClient_GatewayProtocol_encode, 0, 0, 1)
	ZEND_ARG_INFO(0, data)
ZEND_END_ARG_INFO()

#define arginfo_class_GatewayClient_GatewayProtocol_decode arginfo_class_GatewayClient_GatewayProtocol_input


ZEND_METHOD(GatewayClient_Gateway, sendToAll);
ZEND_METHOD(GatewayClient_Gateway, sendToClient);
ZEND_METHOD(GatewayClient_Gateway, sendToUid);
ZEND_METHOD(GatewayClient_Gateway, sendToGroup);
ZEND_METHOD(GatewayClient_Gateway, closeClient);
ZEND_METHOD(GatewayClient_Gateway, destoryClient);
ZEND_METHOD(GatewayClient_Gateway, destoryCurrentClient);
ZEND_METHOD(GatewayClient_Gateway, bindUid);
ZEND_METHOD(GatewayClient_Gateway, unbindUid);
ZEND_METHOD(GatewayClient_Gateway, joinGroup);
ZEND_METHOD(GatewayClient_Gateway, leaveGroup);
ZEND_METHOD(GatewayClient_Gateway, ungroup);
ZEND_METHOD(GatewayClient_Gateway, isOnline);
ZEND_METHOD(GatewayClient_Gateway, isUidOnline);
ZEND_METHOD(GatewayClient_Gateway, isUidsOnline);
ZEND_METHOD(GatewayClient_Gateway, getClientIdByUid);
ZEND_METHOD(GatewayClient_Gateway, batchGetClientIdByUid);
ZEND_METHOD(GatewayClient_Gateway, getUidByClientId);
ZEND_METHOD(GatewayClient_Gateway, getClientIdListByGroup);
ZEND_METHOD(GatewayClient_Gateway, getAllClientIdList);
ZEND_METHOD(GatewayClient_Gateway, getUidListByGroup);
ZEND_METHOD(GatewayClient_Gateway, getAllUidList);
ZEND_METHOD(GatewayClient_Gateway, getUidCountByGroup);
ZEND_METHOD(GatewayClient_Gateway, getAllUidCount);
ZEND_METHOD(GatewayClient_Gateway, getClientIdCountByGroup);
ZEND_METHOD(GatewayClient_Gateway, getClientCountByGroup);
ZEND_METHOD(GatewayClient_Gateway, getAllClientIdCount);
ZEND_METHOD(GatewayClient_Gateway, getAllClientCount);
ZEND_METHOD(GatewayClient_Gateway, batchGetClientIdCountByGroup);
ZEND_METHOD(GatewayClient_Gateway, getAllClientSessions);
ZEND_METHOD(GatewayClient_Gateway, getClientSessionsByGroup);
ZEND_METHOD(GatewayClient_Gateway, getAllClientInfo);
ZEND_METHOD(GatewayClient_Gateway, getClientInfoByGroup);
ZEND_METHOD(GatewayClient_Gateway, getAllGroupIdList);
ZEND_METHOD(GatewayClient_Gateway, getAllGroupUidList);
ZEND_METHOD(GatewayClient_Gateway, getAllGroupUidCount);
ZEND_METHOD(GatewayClient_Gateway, getAllGroupClientIdList);
ZEND_METHOD(GatewayClient_Gateway, getAllGroupClientIdCount);
ZEND_METHOD(GatewayClient_Gateway, setSession);
ZEND_METHOD(GatewayClient_Gateway, updateSession);
ZEND_METHOD(GatewayClient_Gateway, setSocketSession);
ZEND_METHOD(GatewayClient_Gateway, getSession);
ZEND_METHOD(GatewayClient_Gateway, setBusinessWorker);
ZEND_METHOD(GatewayClient_Gateway, flush);
ZEND_METHOD(GatewayClient_Gateway, isValidGroupId);
ZEND_METHOD(GatewayClient_Gateway, sendCmdAndMessageToClient);
ZEND_METHOD(GatewayClient_Gateway, sendToGateway);
ZEND_METHOD(GatewayClient_Gateway, sendBufferToGateway);
ZEND_METHOD(GatewayClient_Gateway, sendToAllGateway);
ZEND_METHOD(GatewayClient_Gateway, sendAndRecv);
ZEND_METHOD(GatewayClient_Gateway, getBufferFromAllGateway);
ZEND_METHOD(GatewayClient_Gateway, select);
ZEND_METHOD(GatewayClient_Gateway, kickAddress);
ZEND_METHOD(GatewayClient_Gateway, destroyAddress);
ZEND_METHOD(GatewayClient_Gateway, clientIdArrayToAddressArray);
ZEND_METHOD(GatewayClient_Gateway, generateAuthBuffer);
ZEND_METHOD(GatewayClient_Gateway, getAllGatewayAddress);
ZEND_METHOD(GatewayClient_Gateway, getAllGatewayAddressesFromRegister);
ZEND_METHOD(GatewayClient_Context, sessionEncode);
ZEND_METHOD(GatewayClient_Context, sessionDecode);
ZEND_METHOD(GatewayClient_Context, clear);
ZEND_METHOD(GatewayClient_Context, addressToClientId);
ZEND_METHOD(GatewayClient_Context, clientIdToAddress);
ZEND_METHOD(GatewayClient_GatewayProtocol, input);
ZEND_METHOD(GatewayClient_GatewayProtocol, encode);
ZEND_METHOD(GatewayClient_GatewayProtocol, decode);


static const zend_function_entry class_GatewayClient_GatewayException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_GatewayClient_Gateway_methods[] = {
	ZEND_ME(GatewayClient_Gateway, sendToAll, arginfo_class_GatewayClient_Gateway_sendToAll, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendToClient, arginfo_class_GatewayClient_Gateway_sendToClient, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendToUid, arginfo_class_GatewayClient_Gateway_sendToUid, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendToGroup, arginfo_class_GatewayClient_Gateway_sendToGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, closeClient, arginfo_class_GatewayClient_Gateway_closeClient, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, destoryClient, arginfo_class_GatewayClient_Gateway_destoryClient, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_MALIAS(GatewayClient_Gateway, destroyClient, destoryClient, arginfo_class_GatewayClient_Gateway_destroyClient, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, destoryCurrentClient, arginfo_class_GatewayClient_Gateway_destoryCurrentClient, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, bindUid, arginfo_class_GatewayClient_Gateway_bindUid, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, unbindUid, arginfo_class_GatewayClient_Gateway_unbindUid, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, joinGroup, arginfo_class_GatewayClient_Gateway_joinGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, leaveGroup, arginfo_class_GatewayClient_Gateway_leaveGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, ungroup, arginfo_class_GatewayClient_Gateway_ungroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, isOnline, arginfo_class_GatewayClient_Gateway_isOnline, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, isUidOnline, arginfo_class_GatewayClient_Gateway_isUidOnline, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, isUidsOnline, arginfo_class_GatewayClient_Gateway_isUidsOnline, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getClientIdByUid, arginfo_class_GatewayClient_Gateway_getClientIdByUid, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, batchGetClientIdByUid, arginfo_class_GatewayClient_Gateway_batchGetClientIdByUid, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getUidByClientId, arginfo_class_GatewayClient_Gateway_getUidByClientId, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getClientIdListByGroup, arginfo_class_GatewayClient_Gateway_getClientIdListByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllClientIdList, arginfo_class_GatewayClient_Gateway_getAllClientIdList, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getUidListByGroup, arginfo_class_GatewayClient_Gateway_getUidListByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllUidList, arginfo_class_GatewayClient_Gateway_getAllUidList, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getUidCountByGroup, arginfo_class_GatewayClient_Gateway_getUidCountByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllUidCount, arginfo_class_GatewayClient_Gateway_getAllUidCount, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getClientIdCountByGroup, arginfo_class_GatewayClient_Gateway_getClientIdCountByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getClientCountByGroup, arginfo_class_GatewayClient_Gateway_getClientCountByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllClientIdCount, arginfo_class_GatewayClient_Gateway_getAllClientIdCount, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllClientCount, arginfo_class_GatewayClient_Gateway_getAllClientCount, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, batchGetClientIdCountByGroup, arginfo_class_GatewayClient_Gateway_batchGetClientIdCountByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllClientSessions, arginfo_class_GatewayClient_Gateway_getAllClientSessions, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getClientSessionsByGroup, arginfo_class_GatewayClient_Gateway_getClientSessionsByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllClientInfo, arginfo_class_GatewayClient_Gateway_getAllClientInfo, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getClientInfoByGroup, arginfo_class_GatewayClient_Gateway_getClientInfoByGroup, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllGroupIdList, arginfo_class_GatewayClient_Gateway_getAllGroupIdList, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllGroupUidList, arginfo_class_GatewayClient_Gateway_getAllGroupUidList, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllGroupUidCount, arginfo_class_GatewayClient_Gateway_getAllGroupUidCount, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllGroupClientIdList, arginfo_class_GatewayClient_Gateway_getAllGroupClientIdList, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllGroupClientIdCount, arginfo_class_GatewayClient_Gateway_getAllGroupClientIdCount, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, setSession, arginfo_class_GatewayClient_Gateway_setSession, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, updateSession, arginfo_class_GatewayClient_Gateway_updateSession, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, setSocketSession, arginfo_class_GatewayClient_Gateway_setSocketSession, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getSession, arginfo_class_GatewayClient_Gateway_getSession, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, setBusinessWorker, arginfo_class_GatewayClient_Gateway_setBusinessWorker, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, flush, arginfo_class_GatewayClient_Gateway_flush, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, isValidGroupId, arginfo_class_GatewayClient_Gateway_isValidGroupId, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendCmdAndMessageToClient, arginfo_class_GatewayClient_Gateway_sendCmdAndMessageToClient, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendToGateway, arginfo_class_GatewayClient_Gateway_sendToGateway, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendBufferToGateway, arginfo_class_GatewayClient_Gateway_sendBufferToGateway, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendToAllGateway, arginfo_class_GatewayClient_Gateway_sendToAllGateway, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, sendAndRecv, arginfo_class_GatewayClient_Gateway_sendAndRecv, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getBufferFromAllGateway, arginfo_class_GatewayClient_Gateway_getBufferFromAllGateway, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, select, arginfo_class_GatewayClient_Gateway_select, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, kickAddress, arginfo_class_GatewayClient_Gateway_kickAddress, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, destroyAddress, arginfo_class_GatewayClient_Gateway_destroyAddress, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, clientIdArrayToAddressArray, arginfo_class_GatewayClient_Gateway_clientIdArrayToAddressArray, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, generateAuthBuffer, arginfo_class_GatewayClient_Gateway_generateAuthBuffer, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllGatewayAddress, arginfo_class_GatewayClient_Gateway_getAllGatewayAddress, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Gateway, getAllGatewayAddressesFromRegister, arginfo_class_GatewayClient_Gateway_getAllGatewayAddressesFromRegister, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC)
	ZEND_FE_END
};


static const zend_function_entry class_GatewayClient_Context_methods[] = {
	ZEND_ME(GatewayClient_Context, sessionEncode, arginfo_class_GatewayClient_Context_sessionEncode, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Context, sessionDecode, arginfo_class_GatewayClient_Context_sessionDecode, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Context, clear, arginfo_class_GatewayClient_Context_clear, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Context, addressToClientId, arginfo_class_GatewayClient_Context_addressToClientId, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_Context, clientIdToAddress, arginfo_class_GatewayClient_Context_clientIdToAddress, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_FE_END
};


static const zend_function_entry class_GatewayClient_GatewayProtocol_methods[] = {
	ZEND_ME(GatewayClient_GatewayProtocol, input, arginfo_class_GatewayClient_GatewayProtocol_input, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_GatewayProtocol, encode, arginfo_class_GatewayClient_GatewayProtocol_encode, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(GatewayClient_GatewayProtocol, decode, arginfo_class_GatewayClient_GatewayProtocol_decode, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_GatewayClient_GatewayException(zend_class_entry *class_entry_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "GatewayClient", "GatewayException", class_GatewayClient_GatewayException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Exception);

	return class_entry;
}

static zend_class_entry *register_class_GatewayClient_Gateway(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "GatewayClient", "Gateway", class_GatewayClient_Gateway_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);

	zval property_businessWorker_default_value;
	ZVAL_NULL(&property_businessWorker_default_value);
	zend_string *property_businessWorker_name = zend_string_init("businessWorker", sizeof("businessWorker") - 1, 1);
	zend_declare_property_ex(class_entry, property_businessWorker_name, &property_businessWorker_default_value, ZEND_ACC_PROTECTED|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_businessWorker_name);

	zval property_registerAddress_default_value;
	zend_string *property_registerAddress_default_value_str = zend_string_init("127.0.0.1:1236", strlen("127.0.0.1:1236"), 1);
	ZVAL_STR(&property_registerAddress_default_value, property_registerAddress_default_value_str);
	zend_string *property_registerAddress_name = zend_string_init("registerAddress", sizeof("registerAddress") - 1, 1);
	zend_declare_property_ex(class_entry, property_registerAddress_name, &property_registerAddress_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_registerAddress_name);

	zval property_secretKey_default_value;
	ZVAL_EMPTY_STRING(&property_secretKey_default_value);
	zend_string *property_secretKey_name = zend_string_init("secretKey", sizeof("secretKey") - 1, 1);
	zend_declare_property_ex(class_entry, property_secretKey_name, &property_secretKey_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_secretKey_name);

	zval property_connectTimeout_default_value;
	ZVAL_LONG(&property_connectTimeout_default_value, 3);
	zend_string *property_connectTimeout_name = zend_string_init("connectTimeout", sizeof("connectTimeout") - 1, 1);
	zend_declare_property_ex(class_entry, property_connectTimeout_name, &property_connectTimeout_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_connectTimeout_name);

	zval property_persistentConnection_default_value;
	ZVAL_TRUE(&property_persistentConnection_default_value);
	zend_string *property_persistentConnection_name = zend_string_init("persistentConnection", sizeof("persistentConnection") - 1, 1);
	zend_declare_property_ex(class_entry, property_persistentConnection_name, &property_persistentConnection_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_persistentConnection_name);

	zval property_addressesCacheDisable_default_value;
	ZVAL_FALSE(&property_addressesCacheDisable_default_value);
	zend_string *property_addressesCacheDisable_name = zend_string_init("addressesCacheDisable", sizeof("addressesCacheDisable") - 1, 1);
	zend_declare_property_ex(class_entry, property_addressesCacheDisable_name, &property_addressesCacheDisable_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_addressesCacheDisable_name);

	return class_entry;
}

static zend_class_entry *register_class_GatewayClient_Context(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "GatewayClient", "Context", class_GatewayClient_Context_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);

	zval property_local_ip_default_value;
	ZVAL_NULL(&property_local_ip_default_value);
	zend_string *property_local_ip_name = zend_string_init("local_ip", sizeof("local_ip") - 1, 1);
	zend_declare_property_ex(class_entry, property_local_ip_name, &property_local_ip_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_local_ip_name);

	zval property_local_port_default_value;
	ZVAL_NULL(&property_local_port_default_value);
	zend_string *property_local_port_name = zend_string_init("local_port", sizeof("local_port") - 1, 1);
	zend_declare_property_ex(class_entry, property_local_port_name, &property_local_port_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_local_port_name);

	zval property_client_ip_default_value;
	ZVAL_NULL(&property_client_ip_default_value);
	zend_string *property_client_ip_name = zend_string_init("client_ip", sizeof("client_ip") - 1, 1);
	zend_declare_property_ex(class_entry, property_client_ip_name, &property_client_ip_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_client_ip_name);

	zval property_client_port_default_value;
	ZVAL_NULL(&property_client_port_default_value);
	zend_string *property_client_port_name = zend_string_init("client_port", sizeof("client_port") - 1, 1);
	zend_declare_property_ex(class_entry, property_client_port_name, &property_client_port_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_client_port_name);

	zval property_client_id_default_value;
	ZVAL_NULL(&property_client_id_default_value);
	zend_string *property_client_id_name = zend_string_init("client_id", sizeof("client_id") - 1, 1);
	zend_declare_property_ex(class_entry, property_client_id_name, &property_client_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_client_id_name);

	zval property_connection_id_default_value;
	ZVAL_NULL(&property_connection_id_default_value);
	zend_string *property_connection_id_name = zend_string_init("connection_id", sizeof("connection_id") - 1, 1);
	zend_declare_property_ex(class_entry, property_connection_id_name, &property_connection_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_connection_id_name);

	zval property_old_session_default_value;
	ZVAL_NULL(&property_old_session_default_value);
	zend_string *property_old_session_name = zend_string_init("old_session", sizeof("old_session") - 1, 1);
	zend_declare_property_ex(class_entry, property_old_session_name, &property_old_session_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_old_session_name);

	return class_entry;
}

static zend_class_entry *register_class_GatewayClient_GatewayProtocol(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "GatewayClient", "GatewayProtocol", class_GatewayClient_GatewayProtocol_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);

	zval const_CMD_ON_CONNECT_value;
	ZVAL_LONG(&const_CMD_ON_CONNECT_value, 1);
	zend_string *const_CMD_ON_CONNECT_name = zend_string_init_interned("CMD_ON_CONNECT", sizeof("CMD_ON_CONNECT") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_ON_CONNECT_name, &const_CMD_ON_CONNECT_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_ON_CONNECT_name);

	zval const_CMD_ON_MESSAGE_value;
	ZVAL_LONG(&const_CMD_ON_MESSAGE_value, 3);
	zend_string *const_CMD_ON_MESSAGE_name = zend_string_init_interned("CMD_ON_MESSAGE", sizeof("CMD_ON_MESSAGE") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_ON_MESSAGE_name, &const_CMD_ON_MESSAGE_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_ON_MESSAGE_name);

	zval const_CMD_ON_CLOSE_value;
	ZVAL_LONG(&const_CMD_ON_CLOSE_value, 4);
	zend_string *const_CMD_ON_CLOSE_name = zend_string_init_interned("CMD_ON_CLOSE", sizeof("CMD_ON_CLOSE") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_ON_CLOSE_name, &const_CMD_ON_CLOSE_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_ON_CLOSE_name);

	zval const_CMD_SEND_TO_ONE_value;
	ZVAL_LONG(&const_CMD_SEND_TO_ONE_value, 5);
	zend_string *const_CMD_SEND_TO_ONE_name = zend_string_init_interned("CMD_SEND_TO_ONE", sizeof("CMD_SEND_TO_ONE") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_SEND_TO_ONE_name, &const_CMD_SEND_TO_ONE_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_SEND_TO_ONE_name);

	zval const_CMD_SEND_TO_ALL_value;
	ZVAL_LONG(&const_CMD_SEND_TO_ALL_value, 6);
	zend_string *const_CMD_SEND_TO_ALL_name = zend_string_init_interned("CMD_SEND_TO_ALL", sizeof("CMD_SEND_TO_ALL") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_SEND_TO_ALL_name, &const_CMD_SEND_TO_ALL_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_SEND_TO_ALL_name);

	zval const_CMD_KICK_value;
	ZVAL_LONG(&const_CMD_KICK_value, 7);
	zend_string *const_CMD_KICK_name = zend_string_init_interned("CMD_KICK", sizeof("CMD_KICK") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_KICK_name, &const_CMD_KICK_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_KICK_name);

	zval const_CMD_DESTROY_value;
	ZVAL_LONG(&const_CMD_DESTROY_value, 8);
	zend_string *const_CMD_DESTROY_name = zend_string_init_interned("CMD_DESTROY", sizeof("CMD_DESTROY") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_DESTROY_name, &const_CMD_DESTROY_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_DESTROY_name);

	zval const_CMD_UPDATE_SESSION_value;
	ZVAL_LONG(&const_CMD_UPDATE_SESSION_value, 9);
	zend_string *const_CMD_UPDATE_SESSION_name = zend_string_init_interned("CMD_UPDATE_SESSION", sizeof("CMD_UPDATE_SESSION") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_UPDATE_SESSION_name, &const_CMD_UPDATE_SESSION_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_UPDATE_SESSION_name);

	zval const_CMD_GET_ALL_CLIENT_SESSIONS_value;
	ZVAL_LONG(&const_CMD_GET_ALL_CLIENT_SESSIONS_value, 10);
	zend_string *const_CMD_GET_ALL_CLIENT_SESSIONS_name = zend_string_init_interned("CMD_GET_ALL_CLIENT_SESSIONS", sizeof("CMD_GET_ALL_CLIENT_SESSIONS") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_GET_ALL_CLIENT_SESSIONS_name, &const_CMD_GET_ALL_CLIENT_SESSIONS_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_GET_ALL_CLIENT_SESSIONS_name);

	zval const_CMD_IS_ONLINE_value;
	ZVAL_LONG(&const_CMD_IS_ONLINE_value, 11);
	zend_string *const_CMD_IS_ONLINE_name = zend_string_init_interned("CMD_IS_ONLINE", sizeof("CMD_IS_ONLINE") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_IS_ONLINE_name, &const_CMD_IS_ONLINE_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_IS_ONLINE_name);

	zval const_CMD_BIND_UID_value;
	ZVAL_LONG(&const_CMD_BIND_UID_value, 12);
	zend_string *const_CMD_BIND_UID_name = zend_string_init_interned("CMD_BIND_UID", sizeof("CMD_BIND_UID") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_BIND_UID_name, &const_CMD_BIND_UID_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_BIND_UID_name);

	zval const_CMD_UNBIND_UID_value;
	ZVAL_LONG(&const_CMD_UNBIND_UID_value, 13);
	zend_string *const_CMD_UNBIND_UID_name = zend_string_init_interned("CMD_UNBIND_UID", sizeof("CMD_UNBIND_UID") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_UNBIND_UID_name, &const_CMD_UNBIND_UID_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_UNBIND_UID_name);

	zval const_CMD_SEND_TO_UID_value;
	ZVAL_LONG(&const_CMD_SEND_TO_UID_value, 14);
	zend_string *const_CMD_SEND_TO_UID_name = zend_string_init_interned("CMD_SEND_TO_UID", sizeof("CMD_SEND_TO_UID") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_SEND_TO_UID_name, &const_CMD_SEND_TO_UID_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_SEND_TO_UID_name);

	zval const_CMD_GET_CLIENT_ID_BY_UID_value;
	ZVAL_LONG(&const_CMD_GET_CLIENT_ID_BY_UID_value, 15);
	zend_string *const_CMD_GET_CLIENT_ID_BY_UID_name = zend_string_init_interned("CMD_GET_CLIENT_ID_BY_UID", sizeof("CMD_GET_CLIENT_ID_BY_UID") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_GET_CLIENT_ID_BY_UID_name, &const_CMD_GET_CLIENT_ID_BY_UID_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_GET_CLIENT_ID_BY_UID_name);

	zval const_CMD_BATCH_GET_CLIENT_ID_BY_UID_value;
	ZVAL_LONG(&const_CMD_BATCH_GET_CLIENT_ID_BY_UID_value, 16);
	zend_string *const_CMD_BATCH_GET_CLIENT_ID_BY_UID_name = zend_string_init_interned("CMD_BATCH_GET_CLIENT_ID_BY_UID", sizeof("CMD_BATCH_GET_CLIENT_ID_BY_UID") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_BATCH_GET_CLIENT_ID_BY_UID_name, &const_CMD_BATCH_GET_CLIENT_ID_BY_UID_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_BATCH_GET_CLIENT_ID_BY_UID_name);

	zval const_CMD_JOIN_GROUP_value;
	ZVAL_LONG(&const_CMD_JOIN_GROUP_value, 20);
	zend_string *const_CMD_JOIN_GROUP_name = zend_string_init_interned("CMD_JOIN_GROUP", sizeof("CMD_JOIN_GROUP") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_JOIN_GROUP_name, &const_CMD_JOIN_GROUP_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_JOIN_GROUP_name);

	zval const_CMD_LEAVE_GROUP_value;
	ZVAL_LONG(&const_CMD_LEAVE_GROUP_value, 21);
	zend_string *const_CMD_LEAVE_GROUP_name = zend_string_init_interned("CMD_LEAVE_GROUP", sizeof("CMD_LEAVE_GROUP") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_LEAVE_GROUP_name, &const_CMD_LEAVE_GROUP_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_LEAVE_GROUP_name);

	zval const_CMD_SEND_TO_GROUP_value;
	ZVAL_LONG(&const_CMD_SEND_TO_GROUP_value, 22);
	zend_string *const_CMD_SEND_TO_GROUP_name = zend_string_init_interned("CMD_SEND_TO_GROUP", sizeof("CMD_SEND_TO_GROUP") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_SEND_TO_GROUP_name, &const_CMD_SEND_TO_GROUP_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_SEND_TO_GROUP_name);

	zval const_CMD_GET_CLIENT_SESSIONS_BY_GROUP_value;
	ZVAL_LONG(&const_CMD_GET_CLIENT_SESSIONS_BY_GROUP_value, 23);
	zend_string *const_CMD_GET_CLIENT_SESSIONS_BY_GROUP_name = zend_string_init_interned("CMD_GET_CLIENT_SESSIONS_BY_GROUP", sizeof("CMD_GET_CLIENT_SESSIONS_BY_GROUP") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_GET_CLIENT_SESSIONS_BY_GROUP_name, &const_CMD_GET_CLIENT_SESSIONS_BY_GROUP_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_GET_CLIENT_SESSIONS_BY_GROUP_name);

	zval const_CMD_GET_CLIENT_COUNT_BY_GROUP_value;
	ZVAL_LONG(&const_CMD_GET_CLIENT_COUNT_BY_GROUP_value, 24);
	zend_string *const_CMD_GET_CLIENT_COUNT_BY_GROUP_name = zend_string_init_interned("CMD_GET_CLIENT_COUNT_BY_GROUP", sizeof("CMD_GET_CLIENT_COUNT_BY_GROUP") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_GET_CLIENT_COUNT_BY_GROUP_name, &const_CMD_GET_CLIENT_COUNT_BY_GROUP_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_GET_CLIENT_COUNT_BY_GROUP_name);

	zval const_CMD_SELECT_value;
	ZVAL_LONG(&const_CMD_SELECT_value, 25);
	zend_string *const_CMD_SELECT_name = zend_string_init_interned("CMD_SELECT", sizeof("CMD_SELECT") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_SELECT_name, &const_CMD_SELECT_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_SELECT_name);

	zval const_CMD_GET_GROUP_ID_LIST_value;
	ZVAL_LONG(&const_CMD_GET_GROUP_ID_LIST_value, 26);
	zend_string *const_CMD_GET_GROUP_ID_LIST_name = zend_string_init_interned("CMD_GET_GROUP_ID_LIST", sizeof("CMD_GET_GROUP_ID_LIST") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_GET_GROUP_ID_LIST_name, &const_CMD_GET_GROUP_ID_LIST_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_GET_GROUP_ID_LIST_name);

	zval const_CMD_UNGROUP_value;
	ZVAL_LONG(&const_CMD_UNGROUP_value, 27);
	zend_string *const_CMD_UNGROUP_name = zend_string_init_interned("CMD_UNGROUP", sizeof("CMD_UNGROUP") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_UNGROUP_name, &const_CMD_UNGROUP_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_UNGROUP_name);

	zval const_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP_value;
	ZVAL_LONG(&const_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP_value, 28);
	zend_string *const_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP_name = zend_string_init_interned("CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP", sizeof("CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP_name, &const_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP_name);

	zval const_CMD_WORKER_CONNECT_value;
	ZVAL_LONG(&const_CMD_WORKER_CONNECT_value, 200);
	zend_string *const_CMD_WORKER_CONNECT_name = zend_string_init_interned("CMD_WORKER_CONNECT", sizeof("CMD_WORKER_CONNECT") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_WORKER_CONNECT_name, &const_CMD_WORKER_CONNECT_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_WORKER_CONNECT_name);

	zval const_CMD_PING_value;
	ZVAL_LONG(&const_CMD_PING_value, 201);
	zend_string *const_CMD_PING_name = zend_string_init_interned("CMD_PING", sizeof("CMD_PING") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_PING_name, &const_CMD_PING_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_PING_name);

	zval const_CMD_GATEWAY_CLIENT_CONNECT_value;
	ZVAL_LONG(&const_CMD_GATEWAY_CLIENT_CONNECT_value, 202);
	zend_string *const_CMD_GATEWAY_CLIENT_CONNECT_name = zend_string_init_interned("CMD_GATEWAY_CLIENT_CONNECT", sizeof("CMD_GATEWAY_CLIENT_CONNECT") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_GATEWAY_CLIENT_CONNECT_name, &const_CMD_GATEWAY_CLIENT_CONNECT_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_GATEWAY_CLIENT_CONNECT_name);

	zval const_CMD_GET_SESSION_BY_CLIENT_ID_value;
	ZVAL_LONG(&const_CMD_GET_SESSION_BY_CLIENT_ID_value, 203);
	zend_string *const_CMD_GET_SESSION_BY_CLIENT_ID_name = zend_string_init_interned("CMD_GET_SESSION_BY_CLIENT_ID", sizeof("CMD_GET_SESSION_BY_CLIENT_ID") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_GET_SESSION_BY_CLIENT_ID_name, &const_CMD_GET_SESSION_BY_CLIENT_ID_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_GET_SESSION_BY_CLIENT_ID_name);

	zval const_CMD_SET_SESSION_value;
	ZVAL_LONG(&const_CMD_SET_SESSION_value, 204);
	zend_string *const_CMD_SET_SESSION_name = zend_string_init_interned("CMD_SET_SESSION", sizeof("CMD_SET_SESSION") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_SET_SESSION_name, &const_CMD_SET_SESSION_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_SET_SESSION_name);

	zval const_CMD_ON_WEBSOCKET_CONNECT_value;
	ZVAL_LONG(&const_CMD_ON_WEBSOCKET_CONNECT_value, 205);
	zend_string *const_CMD_ON_WEBSOCKET_CONNECT_name = zend_string_init_interned("CMD_ON_WEBSOCKET_CONNECT", sizeof("CMD_ON_WEBSOCKET_CONNECT") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_CMD_ON_WEBSOCKET_CONNECT_name, &const_CMD_ON_WEBSOCKET_CONNECT_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_CMD_ON_WEBSOCKET_CONNECT_name);

	zval const_FLAG_BODY_IS_SCALAR_value;
	ZVAL_LONG(&const_FLAG_BODY_IS_SCALAR_value, 1);
	zend_string *const_FLAG_BODY_IS_SCALAR_name = zend_string_init_interned("FLAG_BODY_IS_SCALAR", sizeof("FLAG_BODY_IS_SCALAR") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_FLAG_BODY_IS_SCALAR_name, &const_FLAG_BODY_IS_SCALAR_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_FLAG_BODY_IS_SCALAR_name);

	zval const_FLAG_NOT_CALL_ENCODE_value;
	ZVAL_LONG(&const_FLAG_NOT_CALL_ENCODE_value, 2);
	zend_string *const_FLAG_NOT_CALL_ENCODE_name = zend_string_init_interned("FLAG_NOT_CALL_ENCODE", sizeof("FLAG_NOT_CALL_ENCODE") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_FLAG_NOT_CALL_ENCODE_name, &const_FLAG_NOT_CALL_ENCODE_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_FLAG_NOT_CALL_ENCODE_name);

	zval const_HEAD_LEN_value;
	ZVAL_LONG(&const_HEAD_LEN_value, 28);
	zend_string *const_HEAD_LEN_name = zend_string_init_interned("HEAD_LEN", sizeof("HEAD_LEN") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_HEAD_LEN_name, &const_HEAD_LEN_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_HEAD_LEN_name);

	zval property_empty_default_value;
	ZVAL_NULL(&property_empty_default_value);
	zend_string *property_empty_name = zend_string_init("empty", sizeof("empty") - 1, 1);
	zend_declare_property_ex(class_entry, property_empty_name, &property_empty_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC, NULL);
	zend_string_release(property_empty_name);

	return class_entry;
}
