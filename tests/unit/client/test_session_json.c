/* Sessions as JSON and back, through the public functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gwclient/gwclient.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void check(int (*fn)(const gw_allocator *, gw_slice, char **, size_t *),
                  const char *in, int want_rc, const char *want)
{
    char *text = (char *)&text;
    size_t len = 77;

    assert_int_equal(fn(NULL, gw_slice_str(in), &text, &len), want_rc);
    if (want == NULL) {
        assert_null(text);
        assert_int_equal(len, 0);
        return;
    }
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
    gw_allocator_libc.free(text, gw_allocator_libc.user);
}

static void a_session_is_always_an_object(void **state)
{
    (void)state;
    check(gw_session_to_json, "", GW_OK, "{}");
    check(gw_session_to_json, "a:0:{}", GW_OK, "{}");
    check(gw_session_to_json, "a:2:{i:0;s:1:\"x\";i:1;a:0:{}}", GW_OK,
          "{\"0\":\"x\",\"1\":[]}");
    check(gw_session_to_json,
          "a:2:{s:4:\"name\";s:3:\"ann\";s:4:\"tags\";a:1:{i:0;i:7;}}", GW_OK,
          "{\"name\":\"ann\",\"tags\":[7]}");
}

static void what_json_cannot_hold_is_refused(void **state)
{
    (void)state;
    check(gw_session_to_json, "i:7;", GW_EPROTO, NULL);
    check(gw_session_to_json, "garbage", GW_EPROTO, NULL);
    check(gw_session_to_json, "O:8:\"stdClass\":0:{}", GW_EPROTO, NULL);
    check(gw_session_to_json, "a:1:{i:0;s:1:\"\xff\";}", GW_EUTF8, NULL);
    check(gw_session_to_json, "a:1:{i:0;d:INF;}", GW_EINVAL, NULL);
}

static void json_becomes_a_session(void **state)
{
    (void)state;
    check(gw_session_from_json, "{}", GW_OK, "a:0:{}");
    check(gw_session_from_json, "{\"7\":\"x\",\"f\":1.5}", GW_OK,
          "a:2:{i:7;s:1:\"x\";s:1:\"f\";d:1.5;}");
    check(gw_session_from_json, "7", GW_EPROTO, NULL);
    check(gw_session_from_json, "{\"a\":}", GW_EPROTO, NULL);
}

static void it_comes_back_as_it_was(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"7\":true,\"x\":-0.5,\"y\":\"\"}",
        "{\"0\":0,\"1\":1}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        char *ser;
        char *json;
        size_t len;

        assert_int_equal(
            gw_session_from_json(NULL, gw_slice_str(texts[i]), &ser, &len),
            GW_OK);
        assert_int_equal(
            gw_session_to_json(NULL, gw_slice_of(ser, len), &json, &len),
            GW_OK);
        assert_string_equal(json, texts[i]);
        gw_allocator_libc.free(ser, NULL);
        gw_allocator_libc.free(json, NULL);
    }
}

/* An allocator whose blocks are counted, and which fails after some. */
typedef struct counter {
    size_t live;
    size_t left;
} counter;

static void *counted_realloc(void *ptr, size_t size, void *user)
{
    counter *c = user;

    if (c->left == 0)
        return NULL;
    c->left--;
    c->live += ptr == NULL;
    return realloc(ptr, size);
}

static void counted_free(void *ptr, void *user)
{
    counter *c = user;

    c->live -= ptr != NULL;
    free(ptr);
}

static void memory_is_the_allocators(void **state)
{
    const gw_slice json = gw_slice_str("{\"a\":[1,2,3],\"b\":\"text\"}");
    counter c = {0, 0};
    const gw_allocator allocator = {counted_realloc, counted_free, &c};
    size_t allowed = 0;
    char *text;
    size_t len;
    int rc;

    (void)state;
    do {
        c.left = allowed++;
        rc = gw_session_from_json(&allocator, json, &text, &len);
        if (rc != GW_OK) {
            assert_int_equal(rc, GW_ENOMEM);
            assert_int_equal(c.live, 0);
        }
    } while (rc != GW_OK);
    assert_true(allowed > 2);
    assert_int_equal(c.live, 1);
    allocator.free(text, allocator.user);
    assert_int_equal(c.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_always_an_object),
        cmocka_unit_test(what_json_cannot_hold_is_refused),
        cmocka_unit_test(json_becomes_a_session),
        cmocka_unit_test(it_comes_back_as_it_was),
        cmocka_unit_test(memory_is_the_allocators),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
