#include "support.h"

#include <stdio.h>
#include <stdlib.h>

void check_slice_equal(gw_slice a, gw_slice b, const char *file, int line)
{
    if (a.len == b.len && (a.len == 0 || memcmp(a.base, b.base, a.len) == 0))
        return;
    print_error("%lu bytes: %.*s\n%lu bytes: %.*s\n", (unsigned long)a.len,
                (int)a.len, a.base == NULL ? "" : a.base, (unsigned long)b.len,
                (int)b.len, b.base == NULL ? "" : b.base);
    _fail(file, line);
}

gw_slice exact_copy(gw_slice s)
{
    char *base = malloc(s.len);

    if (s.len > 0) {
        assert_non_null(base);
        memcpy(base, s.base, s.len);
    }
    return gw_slice_of(base, s.len);
}

void exact_free(gw_slice s)
{
    free((void *)s.base);
}

int feed_whole(gw_slice text, read_fn read, void *arg)
{
    gw_slice copy = exact_copy(text);
    int rc = read(copy, arg);

    exact_free(copy);
    return rc;
}

void assert_only_whole(gw_slice text, read_fn read, void *arg)
{
    for (size_t len = 0; len < text.len; len++) {
        int rc = feed_whole(gw_slice_of(text.base, len), read, arg);

        if (rc == GW_OK)
            fail_msg("%lu of %lu bytes were enough for %.*s",
                     (unsigned long)len, (unsigned long)text.len, (int)text.len,
                     text.base);
    }
    assert_int_equal(feed_whole(text, read, arg), GW_OK);
}

void feed_damaged(gw_slice text, read_fn read, void *arg)
{
    static const unsigned char others[] = {'\0', '"', ':', ';', '{',  '}', '[',
                                           '\\', '9', '-', 'a', 0x80, 0xff};
    gw_slice copy = exact_copy(text);
    char *bytes = (char *)copy.base;

    for (size_t i = 0; i < text.len; i++) {
        for (size_t k = 0; k < sizeof others; k++) {
            bytes[i] = (char)others[k];
            read(copy, arg);
        }
        bytes[i] = text.base[i];
    }
    exact_free(copy);
}

static unsigned hex_value(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = strchr(digits, c);

    assert_non_null(found);
    return (unsigned)(found - digits);
}

gw_slice from_hex(gw_slice hex)
{
    unsigned char *bytes = malloc(hex.len / 2);

    assert_int_equal(hex.len % 2, 0);
    for (size_t i = 0; i < hex.len / 2; i++)
        bytes[i] = (unsigned char)(hex_value(hex.base[2 * i]) << 4 |
                                   hex_value(hex.base[2 * i + 1]));
    return gw_slice_of(bytes, hex.len / 2);
}

static void *failing_realloc(void *ptr, size_t size, void *user)
{
    failing_allocator *self = user;

    if (self->left == 0)
        return NULL;
    self->left--;
    if (ptr == NULL)
        self->live++;
    return realloc(ptr, size);
}

static void failing_free(void *ptr, void *user)
{
    failing_allocator *self = user;

    self->live -= ptr != NULL;
    free(ptr);
}

void sweep_out_of_memory(int (*fn)(const gw_allocator *allocator, void *arg),
                         void *arg)
{
    int rc = GW_ENOMEM;

    for (size_t left = 0; rc != GW_OK; left++) {
        failing_allocator self = {.left = left};

        self.allocator.realloc = failing_realloc;
        self.allocator.free = failing_free;
        self.allocator.user = &self;
        rc = fn(&self.allocator, arg);
        assert_int_equal(self.live, 0);
        if (rc != GW_OK)
            assert_int_equal(rc, GW_ENOMEM);
    }
}
