#include "cmd/counts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <gwclient/protocol.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/signals.h"
#include "core/text.h"

#define ASK_AT_ONCE 1000 /* groups in one question */

/* ---- gateways ------------------------------------------------------------ */

static int add_gateway(void *arg, gw_slice address)
{
    gwctl_gateway_list *list = arg;
    gwctl_gateway *gateway;

    list->items =
        gwctl_realloc(list->items, list->count + 1, sizeof(*list->items));
    gateway = &list->items[list->count++];
    memset(gateway, 0, sizeof(*gateway));
    gateway->address = gwctl_copy(address.base, address.len);
    gateway->connections = -1;
    return 0;
}

static gwctl_gateway *find(gwctl_gateway_list *list, gw_slice address)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *known = list->items[i].address;

        if (strlen(known) == address.len &&
            memcmp(known, address.base, address.len) == 0)
            return &list->items[i];
    }
    /* the Register has told of another one meanwhile */
    add_gateway(list, address);
    return &list->items[list->count - 1];
}

/* serialize() of an integer: i:7; */
static int64_t read_count(gw_slice reply)
{
    int64_t count = 0;
    size_t at = 2;

    if (reply.len < 4 || memcmp(reply.base, "i:", 2) != 0)
        return -1;
    for (; at < reply.len && at < 20 && reply.base[at] >= '0' &&
           reply.base[at] <= '9';
         at++)
        count = count * 10 + (reply.base[at] - '0');
    return at > 2 && at + 1 == reply.len && reply.base[at] == ';' ? count : -1;
}

static int note_count(void *arg, gw_slice address, gw_slice reply)
{
    gwctl_gateway *gateway = find(arg, address);

    gateway->connections = read_count(reply);
    return 0;
}

static void note_failures(gw_client *client, gwctl_gateway_list *list)
{
    const gw_failure *failures;
    size_t count = gw_client_failures(client, &failures);

    for (size_t i = 0; i < count; i++) {
        gwctl_gateway *gateway = find(list, gw_slice_str(failures[i].address));

        free(gateway->cause);
        gateway->cause =
            gwctl_copy(failures[i].cause, strlen(failures[i].cause));
    }
}

static void count_failed(gwctl_gateway_list *list)
{
    list->failed = 0;
    for (size_t i = 0; i < list->count; i++) {
        gwctl_gateway *gateway = &list->items[i];

        if (gateway->connections >= 0)
            continue;
        list->failed++;
        if (gateway->cause == NULL)
            gateway->cause = gwctl_copy("no usable answer", 16);
    }
}

int gwctl_gateways_ask(gwctl_app *app, gwctl_gateway_list *list)
{
    gw_frame question;
    int code;

    memset(list, 0, sizeof(*list));
    memset(&question, 0, sizeof(question));
    question.cmd = GW_CMD_GET_CLIENT_COUNT_BY_GROUP;
    code = gw_gateways(app->client, add_gateway, list);
    if (code == GW_OK && gwctl_stopped())
        gwctl_gateways_free(list);
    if (code != GW_OK || list->count == 0)
        return code;
    code = gw_query_frame(app->client, NULL, &question, note_count, list);
    note_failures(app->client, list);
    count_failed(list);
    return gwctl_has_answer(code) ? GW_OK : code;
}

void gwctl_gateways_free(gwctl_gateway_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].address);
        free(list->items[i].cause);
    }
    free(list->items);
    memset(list, 0, sizeof(*list));
}

static void time_one(gw_client *client, gwctl_gateway *gateway)
{
    gw_slice address = gw_slice_str(gateway->address);
    uint64_t start;
    int64_t count;

    if (gw_client_set_gateways(client, &address, 1) != GW_OK)
        return;
    start = gwctl_now_ns();
    if (gw_get_client_count(client, NULL, &count) == GW_OK) {
        gateway->round_trip = (double)(gwctl_now_ns() - start) / 1e6;
        gateway->connections = count;
        return;
    }
    gateway->connections = -1;
    free(gateway->cause);
    gateway->cause =
        gwctl_copy(gw_client_error(client), strlen(gw_client_error(client)));
}

void gwctl_gateways_time(gwctl_app *app, gwctl_gateway_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].connections >= 0)
            time_one(app->client, &list->items[i]);
    }
    count_failed(list);
    gwctl_app_set_gateways(app);
}

/* ---- groups -------------------------------------------------------------- */

static int add_group(void *arg, const gw_key *key)
{
    gwctl_keys_add(arg, key, 0);
    return 0;
}

int gwctl_groups_list(gw_client *client, gwctl_keys *groups)
{
    int code = gw_get_groups(client, add_group, groups);

    gwctl_keys_fold(groups);
    return code;
}

static int add_count(void *arg, const gw_key *key, int64_t count)
{
    gwctl_keys_add(arg, key, count);
    return 0;
}

/* A list of groups travels as JSON, which has no place for this name. */
static bool is_asked_alone(const gw_key *key)
{
    return key->type == GW_KEY_STRING && !gwctl_is_utf8(key->str);
}

static bool may_go_on(int worst)
{
    return gwctl_has_answer(worst) && !gwctl_stopped();
}

static int count_alone(gw_client *client, const gwctl_keys *names,
                       gwctl_keys *counts)
{
    int worst = GW_OK;

    for (size_t i = 0; i < names->count && may_go_on(worst); i++) {
        const gw_key *key = &names->items[i].key;
        int64_t count = 0;
        int code;

        if (!is_asked_alone(key))
            continue;
        code = gw_get_client_count(client, key, &count);
        worst = code != GW_OK ? code : worst;
        if (gwctl_has_answer(code))
            gwctl_keys_add(counts, key, count);
    }
    return worst;
}

static int count_together(gw_client *client, const gwctl_keys *names,
                          gwctl_keys *counts)
{
    gw_key keys[ASK_AT_ONCE];
    size_t count = 0;
    int worst = GW_OK;

    for (size_t i = 0; i < names->count && may_go_on(worst); i++) {
        int code;

        if (!is_asked_alone(&names->items[i].key))
            keys[count++] = names->items[i].key;
        if (count == 0 || (count < ASK_AT_ONCE && i + 1 < names->count))
            continue;
        code =
            gw_batch_get_client_count(client, keys, count, add_count, counts);
        worst = code != GW_OK ? code : worst;
        count = 0;
    }
    return worst;
}

int gwctl_groups_count(gw_client *client, const gwctl_keys *names,
                       gwctl_keys *counts)
{
    int code = count_together(client, names, counts);

    if (gwctl_has_answer(code)) {
        int alone = count_alone(client, names, counts);

        code = alone != GW_OK ? alone : code;
    }
    gwctl_keys_fold(counts);
    return code;
}

void gwctl_groups_named(const gwctl_options *options, gwctl_keys *names)
{
    for (size_t i = 0; i < options->groups.count; i++) {
        gw_key key = gwctl_key_of(options->groups.items[i]);

        gwctl_keys_add(names, &key, 0);
    }
    gwctl_keys_fold(names);
}
