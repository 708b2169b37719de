/* Clients of ports as the daemon has them, on sockets of the test's, and what
 * who serves them has heard. Seconds and heartbeats are the test's. */
#ifndef GWD_TEST_CLIENT_STAGE_H
#define GWD_TEST_CLIENT_STAGE_H

#include "support.h"

#include "core/client_state.h"

#define HEAD "GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
#define REST                                                                   \
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                     \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define REQUEST HEAD REST
#define ACCEPTED                                                               \
    "HTTP/1.1 101 Switching Protocol\r\nUpgrade: websocket\r\n"                \
    "Sec-WebSocket-Version: 13\r\nConnection: Upgrade\r\n"                     \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define ANSWER ACCEPTED "\r\n"
#define PEERS 4

/* New for each test. The settings are read when the first port opens. */
extern gwd_loop *loop;
extern gwd_hub *hub;
extern gwd_clients *clients;
extern gwd_clients_config config;
extern int peers[PEERS]; /* the clients' ends; -1: none */

int stage_setup(void **state);
int stage_teardown(void **state);

gwd_client_port *open_port(gwd_client_port_config port);
gwd_client_port *port_for(gwd_client_protocol protocol);

/* Connection number `i` comes from `ip`, port 1000 and so on. The youngest
 * client, or NULL. */
gwd_client *connect_from(gwd_client_port *port, int i, const char *ip);

/* The same from 1.2.3.4. */
gwd_client *connect_one(gwd_client_port *port, int i);

/* Finishes a handshake, without a greeting. */
void upgrade(int i);

void send_text(gwd_client *client, const char *text);

/* Seconds pass for clients, one at a time. */
void pass(unsigned seconds);

/* Everything that was heard since the last time: "connect IP#PORT\n",
 * "upgrade IP#PORT\n", "[MESSAGE]\n", "close IP#PORT\n". */
void expect_events(const char *want);

/* That so many were closed for that reason, and nobody for another. */
void expect_closed(gwd_close_reason reason, uint64_t count);

void wait_for_count(size_t count);

#endif
