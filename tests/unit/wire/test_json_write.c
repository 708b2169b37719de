#include "support.h"

#include "json_read.h"
#include "json_write.h"

/* `plain`, `unicode`: what json_encode() gives; base NULL: it refuses. */
static const struct {
    gw_slice input;
    gw_slice plain;
    gw_slice unicode;
} recorded[] = {
#include "cases/json_string.inc"
};

static void assert_written(void (*put)(gw_buf *, gw_slice), gw_slice input,
                           gw_slice expected)
{
    gw_slice copy = exact_copy(input);
    gw_buf buf;

    gw_buf_init(&buf, NULL, 0);
    put(&buf, copy);
    if (expected.base == NULL)
        assert_int_equal(buf.error, GW_EUTF8);
    else
        assert_buf_equal(&buf, expected);
    gw_buf_deinit(&buf);
    exact_free(copy);
}

static void strings_are_written_as_php_writes_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++)
        assert_written(gw_json_put_string, recorded[i].input,
                       recorded[i].plain);
}

static void unescaped_unicode_is_written_as_php_writes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++)
        assert_written(gw_json_put_string_unicode, recorded[i].input,
                       recorded[i].unicode);
}

static void keys_keep_their_type(void **state)
{
    gw_key keys[] = {gw_key_str("u/1"), gw_key_int(-7), gw_key_str("7"),
                     gw_key_str("[1.5]")};
    gw_buf buf;

    (void)state;
    keys[3].type = GW_KEY_JSON;
    gw_buf_init(&buf, NULL, 0);
    gw_json_put_keys(&buf, keys, COUNT_OF(keys));
    assert_buf_equal(&buf, LIT("[\"u\\/1\",-7,\"7\",[1.5]]"));
    gw_buf_clear(&buf);
    gw_json_put_keys(&buf, keys, 0);
    assert_buf_equal(&buf, LIT("[]"));
    gw_buf_deinit(&buf);
}

/* Characters whose last byte is one that has an escape of its own. */
static void only_ascii_has_short_escapes(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_json_put_string(&buf, LIT("\xc4\xaf\xc4\xa2\xc5\x9c\xc4\x8a"));
    assert_buf_equal(&buf, LIT("\"\\u012f\\u0122\\u015c\\u010a\""));
    gw_buf_deinit(&buf);
}

static void no_key_has_no_json(void **state)
{
    gw_key none = {GW_KEY_NONE, 0, {NULL, 0}};
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_json_put_key(&buf, &none);
    assert_int_equal(buf.error, GW_EINVAL);
    gw_buf_deinit(&buf);
}

static void assert_connections(const uint32_t *ids, size_t count,
                               const char *expected)
{
    gw_buf buf;

    gw_buf_init(&buf, NULL, 0);
    gw_json_put_connections(&buf, ids, count);
    assert_buf_equal(&buf, gw_slice_str(expected));
    gw_buf_deinit(&buf);
}

static void connections_are_a_set_in_order_of_appearance(void **state)
{
    static const uint32_t ascending[] = {1, 2, UINT32_MAX};
    static const uint32_t mixed[] = {5, 3, 5, 9, 3, 3, 1};
    static const uint32_t twice[] = {5, 5, 9};

    (void)state;
    assert_connections(NULL, 0, "[]");
    assert_connections(ascending, 3,
                       "{\"1\":1,\"2\":2,\"4294967295\":4294967295}");
    assert_connections(mixed, 7, "{\"5\":5,\"3\":3,\"9\":9,\"1\":1}");
    assert_connections(mixed, 1, "{\"5\":5}");
    assert_connections(twice, 3, "{\"5\":5,\"9\":9}");
}

static int put_connections(const gw_allocator *allocator, void *arg)
{
    static const uint32_t ids[] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 9};
    gw_buf buf;

    (void)arg;
    gw_buf_init(&buf, allocator, 0);
    gw_json_put_connections(&buf, ids, COUNT_OF(ids));
    int rc = buf.error;
    gw_buf_deinit(&buf);
    return rc;
}

static void connections_survive_short_memory(void **state)
{
    (void)state;
    sweep_out_of_memory(put_connections, NULL);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        gw_json json;
        gw_json_token token;
        gw_buf buf;

        if (recorded[i].plain.base == NULL)
            continue;
        gw_buf_init(&buf, NULL, 0);
        gw_json_init(&json, recorded[i].plain);
        assert_int_equal(gw_json_next(&json, &token), GW_OK);
        assert_int_equal(token.type, GW_JSON_STRING);
        gw_json_unescape(&buf, &token);
        assert_buf_equal(&buf, recorded[i].input);
        gw_buf_deinit(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_written_as_php_writes_them),
        cmocka_unit_test(unescaped_unicode_is_written_as_php_writes_it),
        cmocka_unit_test(keys_keep_their_type),
        cmocka_unit_test(only_ascii_has_short_escapes),
        cmocka_unit_test(no_key_has_no_json),
        cmocka_unit_test(connections_are_a_set_in_order_of_appearance),
        cmocka_unit_test(connections_survive_short_memory),
        cmocka_unit_test(what_is_written_is_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
