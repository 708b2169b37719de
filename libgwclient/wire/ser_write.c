#include "ser_write.h"

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
    gw_buf_put_str(buf, "i:");
    gw_buf_put_int(buf, num);
    gw_buf_put_char(buf, ';');
}

void gw_ser_put_string(gw_buf *buf, gw_slice s)
{
    gw_buf_put_str(buf, "s:");
    gw_buf_put_int(buf, (int64_t)s.len);
    gw_buf_put_str(buf, ":\"");
    gw_buf_put_slice(buf, s);
    gw_buf_put_str(buf, "\";");
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
    gw_buf_put_str(buf, "a:");
    gw_buf_put_int(buf, (int64_t)count);
    gw_buf_put_str(buf, ":{");
}

void gw_ser_put_array_end(gw_buf *buf)
{
    gw_buf_put_char(buf, '}');
}
