/* How many connections there are: per gateway, and per group. */
#ifndef GWCTL_COUNTS_H
#define GWCTL_COUNTS_H

#include "app.h"
#include "core/keys.h"

/* A gateway, and what it said. */
typedef struct gwctl_gateway {
    char *address;
    int64_t connections; /* -1: it did not answer */
    double round_trip;   /* ms; only gwctl_gateways_time() sets it */
    char *cause;         /* why it did not, or NULL */
} gwctl_gateway;

typedef struct gwctl_gateway_list {
    gwctl_gateway *items;
    size_t count;
    size_t failed;
} gwctl_gateway_list;

/* Asks all of them at once. GW_OK, GW_EPARTIAL and even all of them failing
 * fill the list; other codes are those of gw_gateways(). The library's error
 * text is that of the call that failed. GW_OK and an empty list:
 * gwctl_stopped() before they were asked. */
int gwctl_gateways_ask(gwctl_app *app, gwctl_gateway_list *list);
void gwctl_gateways_free(gwctl_gateway_list *list);

/* Asks those that have answered once more, one after the other, with a clock.
 * The client's gateways are those of --gateway again afterwards. */
void gwctl_gateways_time(gwctl_app *app, gwctl_gateway_list *list);

/* The names of all groups, folded; their numbers are 0. A code of the library.
 */
int gwctl_groups_list(gw_client *client, gwctl_keys *groups);

/* Asks how many connections each of the named groups has; `counts` begins
 * empty and is folded in the end. The code is that of the last question that
 * failed. After gwctl_stopped() no further question is asked. */
int gwctl_groups_count(gw_client *client, const gwctl_keys *names,
                       gwctl_keys *counts);

/* The groups of --group, folded. */
void gwctl_groups_named(const gwctl_options *options, gwctl_keys *names);

#endif
