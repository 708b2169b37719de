#include "key.h"

#include "decimal.h"

gw_key gw_key_normalize(gw_slice s)
{
    int64_t num;

    if (gw_decimal_canonical(s) && gw_decimal_int(s, &num) == 0)
        return gw_key_int(num);
    return gw_key_slice(s);
}

static gw_key normalized(const gw_key *key)
{
    return key->type == GW_KEY_STRING ? gw_key_normalize(key->str) : *key;
}

int gw_key_equal(const gw_key *a, const gw_key *b)
{
    gw_key x = normalized(a);
    gw_key y = normalized(b);

    if (x.type != y.type)
        return 0;
    if (x.type == GW_KEY_NONE)
        return 1;
    if (x.type == GW_KEY_INT)
        return x.num == y.num;
    return x.str.len == y.str.len &&
           (x.str.len == 0 || memcmp(x.str.base, y.str.base, x.str.len) == 0);
}

int gw_slice_is_empty_php(gw_slice s)
{
    return s.len == 0 || (s.len == 1 && s.base[0] == '0');
}
