#include "ser_write.h"

#include "decimal.h"

/* Room is asked for once per value: lists have hundreds of thousands. */

void gw_ser_put_null(gw_buf *buf)
{
    gw_buf_put_str(buf, "N;");
}

void gw_ser_put_bool(gw_buf *buf, int value)
{
    gw_buf_put_str(buf, value ? "b:1;" : "b:0;");
}

void gw_ser_put_int(gw_buf *buf, int64_t num)
{
    size_t len = gw_decimal_len(num);
    char *p = gw_buf_reserve(buf, 2 + len + 1);

    if (p == NULL)
        return;
    memcpy(p, "i:", 2);
    gw_decimal_put(p + 2, num, len);
    p[2 + len] = ';';
    gw_buf_commit(buf, 2 + len + 1);
}

void gw_ser_put_string(gw_buf *buf, gw_slice s)
{
    size_t len = gw_decimal_len((int64_t)s.len);
    size_t frame = 2 + len + 4;
    char *p = NULL;

    if (s.len > SIZE_MAX - frame)
        gw_buf_fail(buf, GW_ETOOBIG);
    else
        p = gw_buf_reserve(buf, frame + s.len);
    if (p == NULL)
        return;
    memcpy(p, "s:", 2);
    gw_decimal_put(p + 2, (int64_t)s.len, len);
    p += 2 + len;
    memcpy(p, ":\"", 2);
    if (s.len > 0)
        memcpy(p + 2, s.base, s.len);
    memcpy(p + 2 + s.len, "\";", 2);
    gw_buf_commit(buf, frame + s.len);
}

void gw_ser_put_key(gw_buf *buf, const gw_key *key)
{
    if (key->type == GW_KEY_INT)
        gw_ser_put_int(buf, key->num);
    else if (key->type == GW_KEY_STRING)
        gw_ser_put_string(buf, key->str);
    else
        gw_buf_fail(buf, GW_EINVAL);
}

void gw_ser_put_array(gw_buf *buf, size_t count)
{
    size_t len = gw_decimal_len((int64_t)count);
    char *p = gw_buf_reserve(buf, 2 + len + 2);

    if (p == NULL)
        return;
    memcpy(p, "a:", 2);
    gw_decimal_put(p + 2, (int64_t)count, len);
    memcpy(p + 2 + len, ":{", 2);
    gw_buf_commit(buf, 2 + len + 2);
}

void gw_ser_put_array_end(gw_buf *buf)
{
    gw_buf_put_char(buf, '}');
}
