#include "targets.h"

#include "client_impl.h"

/* A spare target keeps buffers up to this size. */
#define SPARE_BUF_MAX ((size_t)65536)
/* And so many targets are kept: client_ids may name any number. */
#define SPARE_MAX 256

void gw_targets_shrink(gw_buf *buf)
{
    if (buf->cap > SPARE_BUF_MAX)
        gw_buf_deinit(buf);
    gw_buf_clear(buf);
}

void gw_targets_release(gw_client *c, gw_target *t)
{
    gw_buf ext, reply;

    if (c->call.spare_count == SPARE_MAX) {
        gw_target_deinit(c, t);
        gw_mem_free(&c->allocator, t);
        return;
    }
    gw_dial_close(&t->dial);
    if (t->conn != NULL)
        gw_pool_drop(c, t->home, t->conn);
    gw_targets_shrink(&t->own_ext);
    gw_targets_shrink(&t->reply);
    ext = t->own_ext;
    reply = t->reply;
    gw_target_init(c, t);
    t->own_ext = ext;
    t->reply = reply;
    t->next_spare = c->call.spare;
    c->call.spare = t;
    c->call.spare_count++;
}

static gw_target *target_get(gw_client *c)
{
    gw_target *t = c->call.spare;

    if (t != NULL) {
        c->call.spare = t->next_spare;
        c->call.spare_count--;
        t->next_spare = NULL;
        return t;
    }
    t = gw_mem_alloc(&c->allocator, sizeof *t);
    if (t != NULL)
        gw_target_init(c, t);
    return t;
}

static int make_room(gw_client *c)
{
    gw_call *call = &c->call;
    size_t cap = call->cap == 0 ? 4 : call->cap * 2;
    gw_target **grown;

    if (call->count < call->cap)
        return GW_OK;
    grown = gw_mem_resize(&c->allocator, call->targets, cap, sizeof *grown);
    if (grown == NULL)
        return GW_ENOMEM;
    call->targets = grown;
    call->cap = cap;
    return GW_OK;
}

gw_target *gw_targets_insert(gw_client *c, size_t index)
{
    gw_call *call = &c->call;
    gw_target *t = make_room(c) == GW_OK ? target_get(c) : NULL;

    if (t == NULL) {
        call->code = GW_ENOMEM;
        return NULL;
    }
    memmove(&call->targets[index + 1], &call->targets[index],
            (call->count - index) * sizeof(gw_target *));
    call->targets[index] = t;
    call->count++;
    return t;
}
