#include "settings.h"

#include "client_impl.h"

#include "address.h"
#include "json_write.h"
#include "secret.h"

/* ---- Registers ---------------------------------------------------------- */

#define REGISTERS_MAX 64
#define KEY_LEN_MAX 65536

static int registers_size(const gw_slice *addresses, size_t count, size_t *size)
{
    gw_slice host;
    uint16_t port;
    size_t i;

    if (count == 0 || count > REGISTERS_MAX)
        return GW_EINVAL;
    *size = sizeof(gw_registers) + count * sizeof(gw_slice);
    for (i = 0; i < count; i++) {
        if (gw_address_split(addresses[i], &host, &port) != 0)
            return GW_EINVAL;
        *size += addresses[i].len + 1;
    }
    return GW_OK;
}

static void registers_fill(gw_client *c, gw_registers *r,
                           const gw_slice *addresses, size_t count)
{
    char *base = (char *)&r->items[count];
    char *text = base;
    size_t i;

    r->count = count;
    for (i = 0; i < count; i++) {
        memcpy(text, addresses[i].base, addresses[i].len);
        text[addresses[i].len] = '\0';
        r->items[i] = gw_slice_of(text, addresses[i].len);
        text += addresses[i].len + 1;
    }
    r->print = gw_print_of(c, base, (size_t)(text - base));
}

int gw_settings_registers(gw_client *c, const gw_slice *addresses, size_t count)
{
    gw_registers *made;
    size_t size;
    int rc;

    if (c->registers != NULL &&
        gw_slices_equal(c->registers->items, c->registers->count, addresses,
                        count))
        return GW_OK;
    rc = registers_size(addresses, count, &size);
    if (rc != GW_OK)
        return rc;
    made = gw_mem_alloc(&c->allocator, size);
    if (made == NULL)
        return GW_ENOMEM;
    registers_fill(c, made, addresses, count);
    gw_mem_free(&c->allocator, c->registers);
    c->registers = made;
    return GW_OK;
}

/* ---- the secret key ----------------------------------------------------- */

int gw_secret_buf_init(gw_client *c, gw_buf *buf, size_t size)
{
    gw_buf_init(buf, &c->allocator, size);
    return gw_buf_reserve(buf, size) == NULL ? GW_ENOMEM : GW_OK;
}

void gw_secret_buf_deinit(gw_buf *buf)
{
    if (buf->base != NULL)
        gw_secret_wipe(buf->base, buf->cap);
    gw_buf_deinit(buf);
}

static void secret_free(gw_client *c, gw_slice *s)
{
    char *base = (char *)(uintptr_t)s->base;

    if (base != NULL)
        gw_secret_wipe(base, s->len);
    gw_mem_free(&c->allocator, base);
    *s = gw_slice_of(NULL, 0);
}

static int secret_copy(gw_client *c, gw_slice *out, gw_slice from)
{
    char *copy;

    *out = gw_slice_of(NULL, 0);
    if (from.len == 0)
        return GW_OK;
    copy = gw_mem_alloc(&c->allocator, from.len);
    if (copy == NULL)
        return GW_ENOMEM;
    memcpy(copy, from.base, from.len);
    *out = gw_slice_of(copy, from.len);
    return GW_OK;
}

static void put_auth_frame(gw_buf *buf, gw_slice key)
{
    uint8_t head[GW_FRAME_HEAD_LEN];
    gw_frame frame;
    size_t start = buf->len;

    memset(&frame, 0, sizeof frame);
    frame.cmd = GW_CMD_GATEWAY_CLIENT_CONNECT;
    frame.flag = GW_FLAG_SCALAR;
    memset(head, 0, sizeof head);
    gw_buf_put(buf, head, sizeof head); /* the body's length comes first */
    gw_buf_put_str(buf, "{\"secret_key\":");
    gw_json_put_string(buf, key);
    gw_buf_put_char(buf, '}');
    if (buf->error != 0)
        return;
    frame.body = gw_slice_of(buf->base + start + sizeof head,
                             buf->len - start - sizeof head);
    if (gw_frame_encode_head(&frame, head) != 0)
        gw_buf_fail(buf, GW_ETOOBIG);
    else
        memcpy(buf->base + start, head, sizeof head);
}

/* A key that is not UTF-8 cannot be written as JSON. */
static int make_auth(gw_client *c, gw_secret_key *key)
{
    gw_buf buf;
    int rc;

    key->frame = gw_slice_of(NULL, 0);
    if (key->text.len == 0)
        return GW_OK;
    /* The longest JSON of one byte is \u00xx. */
    rc =
        gw_secret_buf_init(c, &buf, GW_FRAME_HEAD_LEN + 24 + 6 * key->text.len);
    if (rc == GW_OK) {
        put_auth_frame(&buf, key->text);
        rc = buf.error == GW_EUTF8 ? GW_EINVAL : buf.error;
    }
    if (rc == GW_OK)
        rc = secret_copy(c, &key->frame, gw_buf_slice(&buf));
    gw_secret_buf_deinit(&buf);
    return rc;
}

static void key_free(gw_client *c, gw_secret_key *key)
{
    secret_free(c, &key->text);
    secret_free(c, &key->frame);
}

int gw_settings_key(gw_client *c, gw_slice text)
{
    gw_secret_key made;
    int rc;

    /* Programs may set it before every call. */
    if (c->key.is_set && gw_secret_equal(text, c->key.text))
        return GW_OK;
    if (text.len > KEY_LEN_MAX)
        return GW_EINVAL;
    rc = secret_copy(c, &made.text, text);
    if (rc != GW_OK)
        return rc;
    rc = make_auth(c, &made);
    if (rc != GW_OK) {
        key_free(c, &made);
        return rc;
    }
    made.print = gw_print_of(c, made.text.base, made.text.len);
    made.is_set = 1;
    key_free(c, &c->key);
    c->key = made;
    return GW_OK;
}

void gw_settings_deinit(gw_client *c)
{
    gw_mem_free(&c->allocator, c->registers);
    c->registers = NULL;
    key_free(c, &c->key);
}
