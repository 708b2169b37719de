/* What the client's tests share: cmocka, a cluster of fakes, and clients of
 * it. */
#ifndef GW_TEST_SUPPORT_H
#define GW_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "net.h"

/* Of calls that end by themselves, also on a busy machine. */
#define PLENTY_MS 30000

#define GATEWAYS_MAX 8

typedef struct cluster {
    fake *reg;
    fake *gw[GATEWAYS_MAX];
    size_t count;
    gw_client *client;
} cluster;

/* `count` gateways, a Register that lists them, and a client that waits
 * `timeout_ms` and believes lists for a minute. */
cluster *cluster_new(size_t count, unsigned timeout_ms);
void cluster_free(cluster *x);

/* Options for a client of that cluster, which waits PLENTY_MS, for a connection
 * and for one of several Registers, too; strings live as long as it. */
void cluster_options(cluster *x, gw_options *options);

/* Another client in place of the cluster's. */
void cluster_client(cluster *x, const gw_options *options);

/* fake_hang_up(), fake_stop() and fake_wait_closed() of a gateway, and until
 * the client's idle connections to it have their end. It is on its way for as
 * long as the system likes. */
void cluster_hang_up(cluster *x, size_t gateway);
void cluster_stop(cluster *x, size_t gateway);
void cluster_wait_closed(cluster *x, size_t gateway, unsigned count);
/* Until the peer has reset the connection. */
void await_reset(gw_socket fd);

gw_client_stats stats_of(const gw_client *client);

/* Asserts the error text. */
void assert_error(const gw_client *client, const char *text);
/* Asserts failure number `i`. */
void assert_failure(const gw_client *client, size_t i, const char *address,
                    int code);

/* printf() into one of a few static buffers. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Asserts that `ms` have passed since `start`, and not as much as would have
 * with PLENTY_MS. */
void assert_took(uint64_t start, unsigned ms);

extern const gw_message hello; /* "hello" */

#endif
