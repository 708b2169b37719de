#include "double_text.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "decimal.h"

/* A double has 17 significant decimal digits at most. */
enum { DIGITS_MAX = 17 };

/* Exponents that are written out in full: PHP's rule for precision 17. */
enum { POINT_MIN = -3, POINT_MAX = 17 };

/* Beyond this every text that we read is 0 or overflows. */
enum { EXPONENT_MAX = 100000 };

/* 0.DIGITS × 10^point */
typedef struct decimal {
    char digits[GW_DOUBLE_TEXT_MAX + 1];
    int count;
    int point;
    int negative;
} decimal;

/* strtod() and printf() know the locale's decimal point, so they only ever see
 * whole digits and an exponent: "15e-1". */
static double decimal_value(const decimal *d)
{
    char text[GW_DOUBLE_TEXT_MAX + 16];

    snprintf(text, sizeof text, "%se%d", d->digits, d->point - d->count);
    return strtod(text, NULL);
}

static int take_exponent(gw_slice text, int *exponent)
{
    int64_t num;

    if (text.len > 0 && text.base[0] == '+') {
        text = gw_slice_of(text.base + 1, text.len - 1);
        if (text.len > 0 && text.base[0] == '-')
            return GW_EINVAL;
    }

    int rc = gw_decimal_int(text, &num);
    if (rc == GW_EPROTO)
        return GW_EINVAL;
    if (rc == GW_ETOOBIG)
        num = text.base[0] == '-' ? -EXPONENT_MAX : EXPONENT_MAX;
    if (num > EXPONENT_MAX)
        num = EXPONENT_MAX;
    if (num < -EXPONENT_MAX)
        num = -EXPONENT_MAX;
    *exponent = (int)num;
    return GW_OK;
}

static int parse(gw_slice text, decimal *d)
{
    size_t at = 0;
    int has_point = 0;

    memset(d, 0, sizeof *d);
    if (text.len > GW_DOUBLE_TEXT_MAX)
        return GW_EINVAL;
    if (at < text.len && text.base[at] == '-') {
        d->negative = 1;
        at++;
    }
    for (; at < text.len && text.base[at] != 'e' && text.base[at] != 'E';
         at++) {
        char c = text.base[at];

        if (c == '.' && !has_point) {
            has_point = 1;
        } else if (c >= '0' && c <= '9') {
            d->digits[d->count++] = c;
            d->point += !has_point;
        } else {
            return GW_EINVAL;
        }
    }
    if (d->count == 0)
        return GW_EINVAL;
    if (at == text.len)
        return GW_OK;

    int exponent;
    gw_slice rest = gw_slice_of(text.base + at + 1, text.len - at - 1);
    if (take_exponent(rest, &exponent) != GW_OK)
        return GW_EINVAL;
    d->point += exponent;
    return GW_OK;
}

/* The `count` digits of `value`, rounded correctly. */
static void round_to(double value, int count, decimal *d)
{
    char text[DIGITS_MAX + 16];
    const char *p = text;

    snprintf(text, sizeof text, "%.*e", count - 1, value);
    for (d->count = 0; *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9')
            d->digits[d->count++] = *p;
    }
    d->digits[d->count] = '\0';
    d->point = atoi(p + 1) + 1;
}

/* Below a power of two doubles lie closer, so the nearest number with so many
 * digits may belong to the neighbour while the next one up does not. */
static int try_next_up(double value, decimal *d)
{
    decimal up = *d;
    int i = up.count - 1;

    while (i >= 0 && up.digits[i] == '9')
        up.digits[i--] = '0';
    if (i < 0)
        return 0;
    up.digits[i]++;
    if (decimal_value(&up) != value)
        return 0;
    *d = up;
    return 1;
}

/* The fewest digits that read back as `value` (positive, finite). A number of
 * DBL_DIG digits survives a normal double, so nothing shorter need be tried:
 * it shows as zeros at the end. */
static void shorten(double value, decimal *d)
{
    int count = value < DBL_MIN ? 1 : DBL_DIG;

    for (; count <= DIGITS_MAX; count++) {
        round_to(value, count, d);
        if (decimal_value(d) == value || try_next_up(value, d))
            break;
    }
    while (d->digits[d->count - 1] == '0')
        d->digits[--d->count] = '\0';
}

static void put_zeros(gw_buf *out, int count)
{
    while (count-- > 0)
        gw_buf_put_char(out, '0');
}

static void put_digits(gw_buf *out, const decimal *d, int from, int to)
{
    if (to > d->count)
        to = d->count;
    if (to > from)
        gw_buf_put(out, d->digits + from, (size_t)(to - from));
}

/* 1.0e+25 */
static void put_scientific(gw_buf *out, const decimal *d)
{
    int exponent = d->point - 1;

    put_digits(out, d, 0, 1);
    gw_buf_put_char(out, '.');
    if (d->count == 1)
        gw_buf_put_char(out, '0');
    put_digits(out, d, 1, d->count);
    gw_buf_put_str(out, exponent < 0 ? "e" : "e+");
    gw_buf_put_int(out, exponent);
}

/* 0.0015, 15, 1.5 */
static void put_plain(gw_buf *out, const decimal *d)
{
    if (d->point <= 0) {
        gw_buf_put_str(out, "0.");
        put_zeros(out, -d->point);
        put_digits(out, d, 0, d->count);
        return;
    }
    put_digits(out, d, 0, d->point);
    put_zeros(out, d->point - d->count);
    if (d->count > d->point) {
        gw_buf_put_char(out, '.');
        put_digits(out, d, d->point, d->count);
    }
}

void gw_buf_put_double(gw_buf *out, gw_slice text)
{
    decimal d;

    if (parse(text, &d) != GW_OK) {
        gw_buf_fail(out, GW_EINVAL);
        return;
    }

    double value = decimal_value(&d);
    if (value > DBL_MAX) {
        gw_buf_fail(out, GW_EINVAL);
        return;
    }
    if (d.negative)
        gw_buf_put_char(out, '-');
    if (value == 0) {
        gw_buf_put_char(out, '0');
        return;
    }
    shorten(value, &d);
    if (d.point < POINT_MIN || d.point > POINT_MAX)
        put_scientific(out, &d);
    else
        put_plain(out, &d);
}
