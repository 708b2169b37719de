#include "decimal.h"

#include <gwclient/error.h>

size_t gw_decimal_run(gw_slice s)
{
    size_t n = 0;

    while (n < s.len && s.base[n] >= '0' && s.base[n] <= '9')
        n++;
    return n;
}

static gw_slice without_sign(gw_slice s)
{
    if (s.len > 0 && s.base[0] == '-')
        return gw_slice_of(s.base + 1, s.len - 1);
    return s;
}

int gw_decimal_canonical(gw_slice s)
{
    gw_slice digits = without_sign(s);

    if (digits.len == 0 || gw_decimal_run(digits) != digits.len)
        return 0;
    return digits.base[0] != '0' || s.len == 1;
}

static int read_long(gw_slice digits, int negative, int64_t *num)
{
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t value = 0;

    if (digits.len == 0 || gw_decimal_run(digits) != digits.len)
        return GW_EPROTO;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = (unsigned)(digits.base[i] - '0');

        if (value > (limit - digit) / 10)
            return GW_ETOOBIG;
        value = value * 10 + digit;
    }
    /* INT64_MIN has no positive twin to negate. */
    *num = !negative    ? (int64_t)value
           : value == 0 ? 0
                        : -(int64_t)(value - 1) - 1;
    return GW_OK;
}

int gw_decimal_int(gw_slice s, int64_t *num)
{
    gw_slice digits = without_sign(s);
    int negative = digits.len != s.len;
    int64_t value = 0;
    size_t len = gw_decimal_short(digits, &value);

    if (len == 0 || len != digits.len)
        return read_long(digits, negative, num);
    *num = negative ? -value : value;
    return GW_OK;
}

static uint64_t magnitude(int64_t num)
{
    return num < 0 ? 0 - (uint64_t)num : (uint64_t)num;
}

size_t gw_decimal_len(int64_t num)
{
    uint64_t left = magnitude(num);
    size_t len = num < 0 ? 2 : 1;

    for (; left >= 10; left /= 10)
        len++;
    return len;
}

void gw_decimal_put(char *out, int64_t num, size_t len)
{
    uint64_t left = magnitude(num);
    size_t first = num < 0 ? 1 : 0;

    while (len-- > first) {
        out[len] = (char)('0' + left % 10);
        left /= 10;
    }
    if (num < 0)
        out[0] = '-';
}
