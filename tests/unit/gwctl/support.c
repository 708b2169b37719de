#include "support.h"

void check_slice_equal(gw_slice a, gw_slice b, const char *file, int line)
{
    if (a.len == b.len && (a.len == 0 || memcmp(a.base, b.base, a.len) == 0))
        return;
    print_error("%zu bytes: %.*s\n%zu bytes: %.*s\n", a.len, (int)a.len,
                a.base == NULL ? "" : a.base, b.len, (int)b.len,
                b.base == NULL ? "" : b.base);
    _fail(file, line);
}

char *exact_copy(gw_slice s)
{
    char *copy = malloc(s.len);

    if (s.len > 0) {
        assert_non_null(copy);
        memcpy(copy, s.base, s.len);
    }
    return copy;
}

char *printed(print_fn print, void *arg)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    print(out, arg);
    assert_int_equal(fclose(out), 0);
    return text;
}
