#include "cmd/target.h"

#include <stdlib.h>
#include <string.h>

#include "app.h"

int gwctl_target_init(gwctl_target *target, gwctl_target_kind kind,
                      char **words, size_t count, const gwctl_options *options)
{
    int status = GWCTL_OK;

    memset(target, 0, sizeof(*target));
    target->kind = kind;
    target->count = count;
    target->exclude_count = options->exclude.count;
    if (kind == GWCTL_TARGET_CLIENTS)
        status = gwctl_parse_ids(words, count, &target->ids);
    else if (kind != GWCTL_TARGET_ALL)
        status = gwctl_parse_keys(words, count, &target->keys);
    if (status == GWCTL_OK && target->exclude_count > 0)
        status = gwctl_parse_ids(options->exclude.items, target->exclude_count,
                                 &target->exclude);
    return status;
}

void gwctl_target_deinit(gwctl_target *target)
{
    free(target->keys);
    free(target->ids);
    free(target->exclude);
}

int gwctl_target_send(gw_client *client, const gwctl_target *t,
                      const gw_message *message)
{
    switch (t->kind) {
    case GWCTL_TARGET_UIDS:
        return gw_send_to_uids(client, t->keys, t->count, message);
    case GWCTL_TARGET_GROUPS:
        return gw_send_to_groups(client, t->keys, t->count, message, t->exclude,
                                 t->exclude_count);
    case GWCTL_TARGET_CLIENTS:
        return t->count == 1
                   ? gw_send_to_client(client, t->ids, message)
                   : gw_send_to_clients(client, t->ids, t->count, message);
    default:
        return gw_send_to_all(client, message, t->exclude, t->exclude_count);
    }
}
