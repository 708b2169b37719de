#include "mutate.h"

#include <stdlib.h>
#include <string.h>

/* Where an inner frame has the connection that it is about. */
#define ID_AT 17
#define FRAME_HEAD 28
/* One input of so many is this much longer. */
#define RARE 2000
#define PAD ((size_t)128 * 1024)

typedef struct input {
    char *base;
    size_t len;
} input;

/* xorshift64* */
static uint64_t random_bits(mutator *m)
{
    uint64_t x = m->random;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    m->random = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

uint32_t pick(mutator *m, uint32_t limit)
{
    return (uint32_t)((random_bits(m) >> 32) * limit >> 32);
}

void add_sample(mutator *m, const void *base, size_t len)
{
    sample *grown = realloc(m->samples, (m->count + 1) * sizeof(*grown));
    char *copy = malloc(len + 1);

    if (grown == NULL || copy == NULL)
        abort();
    if (len > 0)
        memcpy(copy, base, len);
    m->samples = grown;
    m->samples[m->count++] = (sample){copy, len};
}

static size_t place(mutator *m, size_t len)
{
    return len == 0 ? 0 : pick(m, (uint32_t)len);
}

/* ---- changes ------------------------------------------------------------ */

static void flip_bits(mutator *m, input *in)
{
    for (uint32_t i = pick(m, 8) + 1; in->len > 0 && i > 0; i--)
        in->base[place(m, in->len)] ^= (char)(1 << pick(m, 8));
}

static void set_byte(mutator *m, input *in)
{
    static const char bytes[] = "\0\xff\x7f\x80\r\n \"{}[]:;,\\%\x01\xc0";

    if (in->len > 0)
        in->base[place(m, in->len)] = bytes[pick(m, sizeof(bytes) - 1)];
}

/* A number where one may stand, of the sizes that lengths have. */
static void set_length(mutator *m, input *in)
{
    static const uint64_t lengths[] = {0,
                                       1,
                                       27,
                                       28,
                                       29,
                                       125,
                                       126,
                                       127,
                                       0x7fff,
                                       0xffff,
                                       0x10000,
                                       10485760,
                                       10485761,
                                       0x7fffffff,
                                       0x80000000,
                                       0xfffffff,
                                       0xffffffff,
                                       UINT64_MAX,
                                       UINT64_MAX >> 1};
    size_t size = (size_t)1 << pick(m, 4);
    uint64_t value = lengths[pick(m, sizeof(lengths) / sizeof(lengths[0]))];
    size_t at;

    if (in->len < size)
        return;
    /* Most lengths stand in front. */
    at = place(m, pick(m, 2) == 0 && in->len > 32 ? 32 : in->len - size + 1);
    for (size_t i = size; i-- > 0 && at + i < in->len; value >>= 8)
        in->base[at + i] = (char)value;
}

static void cut_off(mutator *m, input *in)
{
    in->len = place(m, in->len);
}

static void take_out(mutator *m, input *in)
{
    size_t at = place(m, in->len);
    size_t len = place(m, in->len - at);

    memmove(in->base + at, in->base + at + len, in->len - at - len);
    in->len -= len;
}

/* Makes room for `len` bytes at `at`. */
static char *open_gap(input *in, size_t at, size_t len)
{
    if (in->len + len > INPUT_MAX)
        return NULL;
    memmove(in->base + at + len, in->base + at, in->len - at);
    in->len += len;
    return in->base + at;
}

static void put_in(mutator *m, input *in)
{
    size_t len = pick(m, 16) + 1;
    char *gap = open_gap(in, place(m, in->len), len);

    for (size_t i = 0; gap != NULL && i < len; i++)
        gap[i] = (char)pick(m, 256);
}

static void repeat_part(mutator *m, input *in)
{
    size_t at = place(m, in->len);
    size_t len = place(m, in->len - at < 4096 ? in->len - at : 4096);

    for (uint32_t i = pick(m, 40) + 1; len > 0 && i > 0; i--) {
        char *gap = open_gap(in, at + len, len);

        if (gap == NULL)
            return;
        memcpy(gap, in->base + at, len);
    }
}

/* The beginning of this, the end of another. */
static void splice(mutator *m, input *in)
{
    const sample *other = &m->samples[pick(m, (uint32_t)m->count)];
    size_t keep = place(m, in->len);
    size_t from = place(m, other->len);

    if (keep + other->len - from > INPUT_MAX)
        return;
    memcpy(in->base + keep, other->base + from, other->len - from);
    in->len = keep + other->len - from;
}

/* A decimal number becomes another one. */
static void set_digits(mutator *m, input *in)
{
    static const char *const numbers[] = {
        "0",  "-1", "9", "99999999", "4294967296", "18446744073709551616",
        "1e9"};
    const char *number = numbers[pick(m, sizeof(numbers) / sizeof(numbers[0]))];
    size_t start = place(m, in->len);
    char *gap;

    for (size_t i = 0; i < in->len; i++) {
        size_t at = (start + i) % in->len;

        if (in->base[at] < '0' || in->base[at] > '9')
            continue;
        gap = open_gap(in, at, strlen(number) - 1);
        if (gap != NULL)
            memcpy(gap, number, strlen(number));
        return;
    }
}

static void pad(mutator *m, input *in)
{
    char byte = "[{a0 \0\xff"[pick(m, 7)];
    char *gap = open_gap(in, place(m, in->len), PAD);

    if (gap != NULL)
        memset(gap, byte, PAD);
}

static void (*const changes[])(mutator *, input *) = {
    flip_bits, set_byte,    set_length, cut_off,    take_out,
    put_in,    repeat_part, splice,     set_digits,
};

/* ---- inputs ------------------------------------------------------------- */

static void put_noise(mutator *m, input *in)
{
    in->len = pick(m, 200);
    for (size_t i = 0; i < in->len; i++)
        in->base[i] = (char)pick(m, 256);
}

/* A frame about a connection that is there gets further. */
static void name_connection(mutator *m, input *in)
{
    uint32_t id;

    if (m->id_count == 0 || in->len < FRAME_HEAD || pick(m, 4) == 0)
        return;
    id = m->ids[pick(m, (uint32_t)m->id_count)];
    for (int i = 3; i >= 0; i--, id >>= 8)
        in->base[ID_AT + i] = (char)id;
}

size_t next_input(mutator *m, char *out)
{
    const sample *from = &m->samples[pick(m, (uint32_t)m->count)];
    input in = {out, from->len < INPUT_MAX ? from->len : INPUT_MAX};

    if (pick(m, 20) == 0) {
        put_noise(m, &in);
        return in.len;
    }
    memcpy(in.base, from->base, in.len);
    name_connection(m, &in);
    for (uint32_t i = pick(m, 4); i > 0; i--)
        changes[pick(m, sizeof(changes) / sizeof(changes[0]))](m, &in);
    if (pick(m, RARE) == 0)
        pad(m, &in);
    return in.len;
}
