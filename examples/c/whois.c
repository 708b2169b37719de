/* Lists the clients that are online, each with its uid and groups.
 *
 *   whois [-r REGISTER] [-k KEYFILE] [GROUP]
 *
 * When some gateways do not answer, the clients of the others are listed and
 * the exit status is 1. */
#include <gwclient/gwclient.h>

#include "options.h"

#include <stdio.h>
#include <string.h>

static void print_key(const gw_key *key)
{
    if (key->type == GW_KEY_INT)
        printf("%lld", (long long)key->num);
    else if (key->type == GW_KEY_STRING)
        printf("%.*s", (int)key->str.len, key->str.base);
    else
        printf("-");
}

/* Called once for each client, after all gateways have answered. */
static int print_row(void *arg, const gw_row *row)
{
    char id[GW_CLIENT_ID_LEN + 1];
    gw_slice rest = row->groups;
    gw_key group;

    gw_client_id_format(&row->id, id);
    printf("%s\t", id);
    print_key(&row->uid);
    while (gw_row_next_group(&rest, &group)) {
        printf("\t");
        print_key(&group);
    }
    printf("\n");
    ++*(size_t *)arg;
    return 0;
}

int main(int argc, char **argv)
{
    gw_client *client = example_client(&argc, &argv);
    size_t count = 0;
    gw_select select;
    gw_key group;
    int rc;

    if (client == NULL)
        return 2;
    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID | GW_FIELD_GROUPS;
    if (argc > 0) {
        group = gw_key_str(argv[0]);
        select.groups = &group;
        select.group_count = 1;
    }
    rc = gw_select_clients(client, &select, print_row, &count);
    if (rc != GW_OK)
        fprintf(stderr, "whois: %s\n", gw_client_error(client));
    if (rc == GW_OK || rc == GW_EPARTIAL)
        fprintf(stderr, "%lu online\n", (unsigned long)count);
    gw_client_free(client);
    return rc == GW_OK ? 0 : 1;
}
