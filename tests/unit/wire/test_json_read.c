#include "support.h"

#include "json_read.h"

/* Reads a whole document; `arg` is a gw_buf for one letter per token, or
 * NULL. */
static int read_all(gw_slice text, void *arg)
{
    static const char letters[] = ".{}[]nsidtf0";
    gw_json json;
    gw_json_token token;
    int rc;

    gw_json_init(&json, text);
    while ((rc = gw_json_next(&json, &token)) == GW_OK) {
        if (arg != NULL)
            gw_buf_put_char(arg, letters[token.type]);
        if (token.type == GW_JSON_END)
            return GW_OK;
    }
    assert_int_equal(gw_json_next(&json, &token), rc);
    return rc;
}

static int result(const char *text)
{
    return feed_whole(gw_slice_str(text), read_all, NULL);
}

static void documents_come_as_tokens(void **state)
{
    static const struct {
        const char *text;
        const char *tokens;
    } cases[] = {
        {"{}", "{}."},
        {" [ ] ", "[]."},
        {"\t\"a\"\r\n", "s."},
        {"[1,-2,3.5,1e3,true,false,null,\"s\"]", "[iiddtf0s]."},
        {"{\"a\":{\"b\":[{},[]]},\"c\":\"d\"}", "{n{n[{}[]]}ns}."},
        {"{ \"a\" : 1 , \"b\" : [ 2 , 3 ] }", "{nin[ii]}."},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gw_buf tokens;

        gw_buf_init(&tokens, NULL, 0);
        assert_int_equal(
            feed_whole(gw_slice_str(cases[i].text), read_all, &tokens), GW_OK);
        assert_buf_equal(&tokens, gw_slice_str(cases[i].tokens));
        gw_buf_deinit(&tokens);
    }
}

static void what_is_not_json_is_refused(void **state)
{
    static const char *const bad[] = {
        "",          " ",          "{",         "}",
        "[1,]",      "[,1]",       "[1 2]",     "{\"a\"}",
        "{\"a\":}",  "{\"a\":1,}", "{,}",       "{a:1}",
        "{\"a\" 1}", "{1:2}",      "[1}",       "{\"a\":1]",
        "tru",       "True",       "nul",       "nulll",
        "01",        "-",          "-01",       "1.",
        ".5",        "1e",         "1e+",       "+1",
        "0x1",       "1 1",        "{} x",      "\"",
        "\"\\\"",    "\"\\x\"",    "\"\\u12\"", "\"\\u12g4\"",
        "\"\n\"",    "\"\x01\"",   "'a'",       "[1]]",
        "/**/1",     "NaN",        "Infinity",  "\xef\xbb\xbf{}",
        "\"\x1f\"",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (result(bad[i]) != GW_EPROTO)
            fail_msg("%s: %s", bad[i], gw_error_name(result(bad[i])));
    }
    assert_int_equal(feed_whole(LIT("\"\\\0\""), read_all, NULL), GW_EPROTO);
}

static void strings_must_be_utf8_and_surrogates_paired(void **state)
{
    static const char *const bad[] = {
        "\"\xff\"",           "\"\xed\xa0\x80\"",   "\"\xc3\"",
        "\"\\ud800\"",        "\"\\udc00\"",        "\"\\ud800\\ud800\"",
        "\"\\ud800\\u0041\"", "{\"\xc0\x80\":1}",   "\"\\ud83dx\"",
        "\"\\ud800\\ue000\"", "\"\\udc00\\udc00\"", "\"\x80\"",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(result(bad[i]), GW_EUTF8);
    assert_int_equal(result("\"\\ud83d\\ude00 \\u0000 \xf0\x9f\x98\x80\""),
                     GW_OK);
}

static void nest(gw_buf *buf, int depth)
{
    for (int i = 0; i < depth; i++)
        gw_buf_put_char(buf, '[');
    for (int i = 0; i < depth; i++)
        gw_buf_put_char(buf, ']');
}

static void depth_is_bounded(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    nest(&buf, GW_JSON_DEPTH_MAX);
    assert_int_equal(feed_whole(gw_buf_slice(&buf), read_all, NULL), GW_OK);
    gw_buf_clear(&buf);
    nest(&buf, GW_JSON_DEPTH_MAX + 1);
    assert_int_equal(feed_whole(gw_buf_slice(&buf), read_all, NULL), GW_EDEPTH);
    gw_buf_deinit(&buf);
}

static gw_json_token first_token(const char *text)
{
    gw_json json;
    gw_json_token token;

    gw_json_init(&json, gw_slice_str(text));
    assert_int_equal(gw_json_next(&json, &token), GW_OK);
    return token;
}

static void integers_beyond_64_bits_are_doubles(void **state)
{
    gw_json_token token = first_token("9223372036854775807");

    (void)state;
    assert_int_equal(token.type, GW_JSON_INT);
    assert_true(token.num == INT64_MAX);
    token = first_token("-9223372036854775808");
    assert_int_equal(token.type, GW_JSON_INT);
    assert_true(token.num == INT64_MIN);
    token = first_token("9223372036854775808");
    assert_int_equal(token.type, GW_JSON_DOUBLE);
    assert_slice_equal(token.text, LIT("9223372036854775808"));
    token = first_token("-9223372036854775809");
    assert_int_equal(token.type, GW_JSON_DOUBLE);
    token = first_token("-0");
    assert_int_equal(token.type, GW_JSON_INT);
    assert_int_equal(token.num, 0);
    token = first_token("-1.25E-2 ");
    assert_int_equal(token.type, GW_JSON_DOUBLE);
    assert_slice_equal(token.text, LIT("-1.25E-2"));
}

static void escapes_are_resolved_on_request(void **state)
{
    gw_json_token token = first_token(
        "\"\\u00E9\\uD83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\"");
    gw_buf buf;

    (void)state;
    assert_true(token.escaped);
    gw_buf_init(&buf, NULL, 0);
    gw_json_unescape(&buf, &token);
    assert_buf_equal(&buf, LIT("\xc3\xa9\xf0\x9f\x98\x80\"\\/\b\f\n\r\t\0"));
    gw_buf_clear(&buf);
    token = first_token("\"\\n\xc3\xa9\"");
    assert_true(token.escaped);
    gw_json_unescape(&buf, &token);
    assert_buf_equal(&buf, LIT("\n\xc3\xa9"));
    gw_buf_clear(&buf);
    token = first_token("\"plain\"");
    assert_false(token.escaped);
    gw_json_unescape(&buf, &token);
    assert_buf_equal(&buf, LIT("plain"));
    gw_buf_deinit(&buf);
}

static void strings_compare_with_their_escapes_resolved(void **state)
{
    gw_json_token plain = first_token("\"event\"");
    gw_json_token escaped = first_token("\"ev\\u0065nt\"");
    gw_json_token with_nul = first_token("\"event\\u0000\"");

    (void)state;
    assert_true(gw_json_equals(&plain, "event"));
    assert_false(gw_json_equals(&plain, "even"));
    assert_false(gw_json_equals(&plain, "events"));
    assert_true(gw_json_equals(&escaped, "event"));
    assert_false(gw_json_equals(&escaped, "even"));
    assert_false(gw_json_equals(&escaped, "events"));
    assert_false(gw_json_equals(&escaped, ""));
    assert_false(gw_json_equals(&with_nul, "event"));
}

static void a_value_can_be_skipped_whole(void **state)
{
    gw_json json;
    gw_json_token token;

    (void)state;
    gw_json_init(&json, LIT("{\"a\":{\"x\":[1,{\"y\":[]}]},\"b\":7,\"c\":1}"));
    gw_json_next(&json, &token);
    gw_json_next(&json, &token);
    gw_json_next(&json, &token);
    assert_int_equal(token.type, GW_JSON_OBJECT);
    assert_int_equal(gw_json_skip(&json, &token), GW_OK);
    gw_json_next(&json, &token);
    assert_true(gw_json_equals(&token, "b"));
    gw_json_next(&json, &token);
    assert_int_equal(gw_json_skip(&json, &token), GW_OK);
    gw_json_next(&json, &token);
    assert_true(gw_json_equals(&token, "c"));

    gw_json_init(&json, LIT("[[1,2"));
    gw_json_next(&json, &token);
    assert_int_equal(gw_json_skip(&json, &token), GW_EPROTO);
}

static void only_the_whole_is_a_document(void **state)
{
    static const char *const whole[] = {
        "{\"connections\":{\"1\":1,\"2\":1}}",
        "{\"group\":[\"g\\u00e9\",7,-1.5e10],\"exclude\":null}",
        "[true,false,{\"a\":\"\xf0\x9f\x98\x80\\ud83d\\ude00\"}]",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        assert_only_whole(gw_slice_str(whole[i]), read_all, NULL);
        feed_damaged(gw_slice_str(whole[i]), read_all, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_come_as_tokens),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(strings_must_be_utf8_and_surrogates_paired),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(integers_beyond_64_bits_are_doubles),
        cmocka_unit_test(escapes_are_resolved_on_request),
        cmocka_unit_test(strings_compare_with_their_escapes_resolved),
        cmocka_unit_test(a_value_can_be_skipped_whole),
        cmocka_unit_test(only_the_whole_is_a_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
