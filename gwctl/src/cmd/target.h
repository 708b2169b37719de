/* Who gets a message. */
#ifndef GWCTL_TARGET_H
#define GWCTL_TARGET_H

#include <gwclient/client.h>

#include "conf/options.h"

typedef enum gwctl_target_kind {
    GWCTL_TARGET_UIDS,
    GWCTL_TARGET_GROUPS,
    GWCTL_TARGET_CLIENTS,
    GWCTL_TARGET_ALL
} gwctl_target_kind;

typedef struct gwctl_target {
    gwctl_target_kind kind;
    gw_key *keys;
    gw_client_id *ids;
    size_t count;
    gw_client_id *exclude;
    size_t exclude_count;
} gwctl_target;

/* From words of the command line, which have to stay, and --exclude.
 * GWCTL_OK, GWCTL_USAGE; gwctl_target_deinit() follows in any case. */
int gwctl_target_init(gwctl_target *target, gwctl_target_kind kind,
                      char **words, size_t count, const gwctl_options *options);
void gwctl_target_deinit(gwctl_target *target);

/* A code of the library. */
int gwctl_target_send(gw_client *client, const gwctl_target *target,
                      const gw_message *message);

#endif
