/* Numbers of the inner protocol between gateways, workers and clients. */
#ifndef GWCLIENT_PROTOCOL_H
#define GWCLIENT_PROTOCOL_H

/* A table of all commands: calls X(name, number) for each. */
#define GW_COMMAND_MAP(X)                                                      \
    X(ON_CONNECT, 1)                                                           \
    X(ON_MESSAGE, 3)                                                           \
    X(ON_CLOSE, 4)                                                             \
    X(SEND_TO_ONE, 5)                                                          \
    X(SEND_TO_ALL, 6)                                                          \
    X(KICK, 7)                                                                 \
    X(DESTROY, 8)                                                              \
    X(UPDATE_SESSION, 9)                                                       \
    X(GET_ALL_CLIENT_SESSIONS, 10)                                             \
    X(IS_ONLINE, 11)                                                           \
    X(BIND_UID, 12)                                                            \
    X(UNBIND_UID, 13)                                                          \
    X(SEND_TO_UID, 14)                                                         \
    X(GET_CLIENT_ID_BY_UID, 15)                                                \
    X(BATCH_GET_CLIENT_ID_BY_UID, 16)                                          \
    X(JOIN_GROUP, 20)                                                          \
    X(LEAVE_GROUP, 21)                                                         \
    X(SEND_TO_GROUP, 22)                                                       \
    X(GET_CLIENT_SESSIONS_BY_GROUP, 23)                                        \
    X(GET_CLIENT_COUNT_BY_GROUP, 24)                                           \
    X(SELECT, 25)                                                              \
    X(GET_GROUP_ID_LIST, 26)                                                   \
    X(UNGROUP, 27)                                                             \
    X(BATCH_GET_CLIENT_COUNT_BY_GROUP, 28)                                     \
    X(WORKER_CONNECT, 200)                                                     \
    X(PING, 201)                                                               \
    X(GATEWAY_CLIENT_CONNECT, 202)                                             \
    X(GET_SESSION_BY_CLIENT_ID, 203)                                           \
    X(SET_SESSION, 204)                                                        \
    X(ON_WEBSOCKET_CONNECT, 205)

/* What a gateway tells a worker (GW_CMD_ON_…), and what it is told. */
typedef enum gw_command {
    GW_CMD_NONE = 0,
#define GW_COMMAND_ENUM(name, number) GW_CMD_##name = number,
    GW_COMMAND_MAP(GW_COMMAND_ENUM)
#undef GW_COMMAND_ENUM
} gw_command;

/* The body is raw bytes; without it the body is PHP serialize() output. */
#define GW_FLAG_SCALAR 0x01u
/* Send the body to the client as it is: do not frame it for its protocol. */
#define GW_FLAG_RAW 0x02u

#endif /* GWCLIENT_PROTOCOL_H */
