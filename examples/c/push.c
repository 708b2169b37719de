/* Sends a message to a user, a group or everyone.
 *
 *   push [-r REGISTER] [-k KEYFILE] uid|group NAME MESSAGE
 *   push [-r REGISTER] [-k KEYFILE] all MESSAGE
 *
 * Exit status: 0 handled by every gateway, 1 not by all of them, 2 misuse. */
#include <gwclient/gwclient.h>

#include "options.h"

#include <stdio.h>
#include <string.h>

static int send_message(gw_client *client, int argc, char **argv)
{
    gw_message message;
    gw_key name;

    if (argc == 2 && strcmp(argv[0], "all") == 0) {
        message = gw_message_of(argv[1], strlen(argv[1]));
        return gw_send_to_all(client, &message, NULL, 0);
    }
    if (argc != 3)
        return GW_EINVAL;
    name = gw_key_str(argv[1]);
    message = gw_message_of(argv[2], strlen(argv[2]));
    if (strcmp(argv[0], "uid") == 0)
        return gw_send_to_uids(client, &name, 1, &message);
    if (strcmp(argv[0], "group") == 0)
        return gw_send_to_groups(client, &name, 1, &message, NULL, 0);
    return GW_EINVAL;
}

int main(int argc, char **argv)
{
    gw_client *client = example_client(&argc, &argv);
    int rc;

    if (client == NULL)
        return 2;
    rc = send_message(client, argc, argv);
    if (rc == GW_EINVAL) {
        fprintf(stderr, "usage: push [-r REGISTER] [-k KEYFILE] "
                        "(uid NAME | group NAME | all) MESSAGE\n");
        gw_client_free(client);
        return 2;
    }
    /* A message is sent without waiting for an answer. Whoever wants to know
     * that the gateways have handled it asks them. */
    if (rc == GW_OK)
        rc = gw_flush(client);
    if (rc != GW_OK)
        fprintf(stderr, "push: %s\n", gw_client_error(client));
    gw_client_free(client);
    return rc == GW_OK ? 0 : 1;
}
