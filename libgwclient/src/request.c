#include "request.h"

#include "json_write.h"
#include "mem.h"

#include <stdlib.h>

/* ,"4294967295":4294967295 */
#define CONNECTION_LEN_MAX 24

void gw_request_init(gw_request *r, gw_command cmd)
{
    memset(r, 0, sizeof *r);
    r->frame.cmd = (uint8_t)cmd;
    r->frame.flag = GW_FLAG_SCALAR; /* as the reference, whose body is '' */
}

void gw_request_set_message(gw_request *r, const gw_message *message)
{
    r->frame.flag = (uint8_t)message->flags;
    r->frame.body = message->body;
}

int gw_request_set_key(gw_request *r, gw_buf *text, const gw_key *key)
{
    if (key->type == GW_KEY_STRING) {
        r->frame.ext = key->str;
        return GW_OK;
    }
    if (key->type != GW_KEY_INT)
        return GW_EINVAL;
    gw_buf_put_int(text, key->num);
    r->frame.ext = gw_buf_slice(text);
    return text->error;
}

gw_slice gw_buf_part(const gw_buf *buf, size_t from, size_t to)
{
    return from == to ? gw_slice_of("", 0)
                      : gw_slice_of(buf->base + from, to - from);
}

void gw_request_put_keys(gw_buf *text, const gw_key *keys, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (keys[i].type == GW_KEY_NONE)
            gw_buf_fail(text, GW_EINVAL);
    }
    gw_json_put_keys(text, keys, count);
}

int gw_request_set_keys(gw_request *r, gw_buf *text, const gw_key *keys,
                        size_t count)
{
    gw_request_put_keys(text, keys, count);
    r->frame.ext = gw_buf_slice(text);
    return text->error;
}

/* ---- its length --------------------------------------------------------- */

/* What gw_json_put_connections() writes for it. */
static size_t connection_len(uint32_t connection)
{
    size_t digits = 1;

    for (; connection >= 10; connection /= 10)
        digits++;
    return 2 * digits + strlen(",\"\":");
}

/* Gateways that share a place only make the sums larger than any share. */
static int may_be_too_long(const gw_request *r, size_t room)
{
    size_t sums[256] = {0}, i;

    for (i = 0; i < r->id_count; i++) {
        const gw_client_id *id = &r->ids[i];
        size_t *sum = &sums[(id->ip ^ id->port) * 2654435769u >> 24];

        *sum += connection_len(id->connection);
        if (*sum > room)
            return 1;
    }
    return 0;
}

static int by_gateway(const gw_client_id *a, const gw_client_id *b)
{
    if (a->ip != b->ip)
        return a->ip < b->ip ? -1 : 1;
    return (a->port > b->port) - (a->port < b->port);
}

static int by_client(const void *left, const void *right)
{
    const gw_client_id *a = left, *b = right;
    int order = by_gateway(a, b);

    if (order != 0)
        return order;
    return (a->connection > b->connection) - (a->connection < b->connection);
}

/* Of one gateway, each client once; the ids are sorted. */
static size_t longest_share(const gw_client_id *ids, size_t count)
{
    size_t i, share = 0, longest = 0;

    for (i = 0; i < count; i++) {
        if (i > 0 && by_gateway(&ids[i - 1], &ids[i]) != 0)
            share = 0;
        if (i > 0 && by_client(&ids[i - 1], &ids[i]) == 0)
            continue;
        share += connection_len(ids[i].connection);
        longest = share > longest ? share : longest;
    }
    return longest;
}

static int check_shares(const gw_request *r, const gw_allocator *allocator,
                        size_t room)
{
    gw_client_id *ids =
        gw_mem_resize(allocator, NULL, r->id_count, sizeof *ids);
    size_t longest;

    if (ids == NULL)
        return GW_ENOMEM;
    memcpy(ids, r->ids, r->id_count * sizeof *ids);
    qsort(ids, r->id_count, sizeof *ids, by_client);
    longest = longest_share(ids, r->id_count);
    gw_mem_free(allocator, ids);
    return longest > room ? GW_ETOOBIG : GW_OK;
}

/* Sorting costs too much for lists that are long but fit. */
int gw_request_check_size(const gw_request *r, const gw_allocator *allocator)
{
    size_t ext = r->frame.ext.len, body = r->frame.body.len, room;

    if (ext > GW_FRAME_MAX || body > GW_FRAME_MAX ||
        GW_FRAME_HEAD_LEN + ext + body > GW_FRAME_MAX)
        return GW_ETOOBIG;
    if (r->id_count == 0)
        return GW_OK;
    room = GW_FRAME_MAX - GW_FRAME_HEAD_LEN - body;
    ext = r->before.len + r->after.len + strlen("}");
    if (ext > room)
        return GW_ETOOBIG;
    room -= ext;
    if (r->id_count <= room / CONNECTION_LEN_MAX || !may_be_too_long(r, room))
        return GW_OK;
    return check_shares(r, allocator, room);
}
