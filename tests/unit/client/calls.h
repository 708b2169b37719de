/* Every public call of the library, one entry each, for tests that make all of
 * them under faults: against fakes and against a gatewayd alike. */
#ifndef GW_TEST_CALLS_H
#define GW_TEST_CALLS_H

#include <stddef.h>

#include <gwclient/gwclient.h>

enum { CALLS_GATEWAYS_MAX = 4, CALLS_TEXT_MAX = 8192 };

/* Whom the calls are about. */
typedef struct calls_cluster {
    const char *registers[2]; /* the one in use, and one that is not */
    const char *gateways[CALLS_GATEWAYS_MAX];
    size_t gateway_count;
    gw_client_id ids[2]; /* clients; online or not */
    gw_client_id nobody; /* a client that is not online */
    gw_slice message;
} calls_cluster;

/* What a call gave, as text that can be compared; cut off when too long. */
typedef struct calls_answer {
    char text[CALLS_TEXT_MAX];
    size_t len;
} calls_answer;

typedef struct calls_entry {
    const char *name;
    int (*run)(gw_client *client, const calls_cluster *cluster,
               calls_answer *answer);
} calls_entry;

/* In an order in which one call finds what another left behind; all of them
 * together leave clients and client as they were. */
extern const calls_entry calls_table[];
extern const size_t calls_count;

#endif
