/* Every listening socket of the daemon. The process that starts opens them all:
 * before it forks, so that each gateway process has its own and none is lost
 * with a process that dies, and before it gives up its privileges. */
#ifndef GWD_PROCESS_SOCKETS_H
#define GWD_PROCESS_SOCKETS_H

#include <stdbool.h>

#include "buf.h"
#include "conf/options.h"

/* `fd` -1: there is none, or somebody has taken it over. */
typedef struct gwd_socket {
    int fd;
    uint16_t port; /* that it really has */
} gwd_socket;

typedef struct gwd_sockets {
    const gwd_options *options;
    unsigned gateways;   /* processes; 0 with register_only */
    gwd_socket *clients; /* options->listen.count for each process */
    gwd_socket *inner;   /* one for each process */
    gwd_socket reg;
    gwd_socket status;
    uint32_t lan_ip; /* what options->lan_ip means, in host byte order */
} gwd_sockets;

#define GWD_SOCKETS_ERROR_LEN 511

/* `options` must outlive it. False: `error` has one line, and nothing is left
 * open. */
bool gwd_sockets_open(gwd_sockets *sockets, const gwd_options *options,
                      char error[GWD_SOCKETS_ERROR_LEN + 1]);
void gwd_sockets_close(gwd_sockets *sockets); /* what nobody took over */

/* What process `gateway` has: its socket for the listener number `listen`. */
gwd_socket *gwd_sockets_client(const gwd_sockets *sockets, unsigned gateway,
                               size_t listen);

/* Hands the fd over: the caller closes it. */
int gwd_socket_take(gwd_socket *socket);

/* In a child: closes what is not its own. `gateway` NULL: the services'. */
void gwd_sockets_keep(gwd_sockets *sockets, const unsigned *gateway);

/* A process has died: nobody is to be queued for it until its successor listens
 * on them. Where the system cannot do that, they wait. */
void gwd_sockets_shut_gateway(const gwd_sockets *sockets, unsigned gateway);
void gwd_sockets_shut_services(const gwd_sockets *sockets);

/* "websocket://0.0.0.0:7272, register 127.0.0.1:1236, inner 127.0.0.1:2900" */
void gwd_sockets_describe(const gwd_sockets *sockets, gw_buf *out);

/* Where our own Register is reached from this machine: a wildcard address is no
 * destination. */
void gwd_sockets_put_own_register(const gwd_sockets *sockets, gw_buf *out);

/* "host:port" of `address` with another port. */
void gwd_put_address(gw_buf *out, gw_slice address, uint16_t port);

#endif
