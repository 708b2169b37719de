#include "support.h"

#include <stdio.h>

#include "ser_read.h"

/* Reads a whole value; `arg` is a gw_buf for one letter per token, or NULL. */
static int read_all(gw_slice text, void *arg)
{
    static const char letters[] = "NbidsaoeO.";
    gw_ser ser;
    gw_ser_token token;
    int rc;

    gw_ser_init(&ser, text);
    while ((rc = gw_ser_next(&ser, &token)) == GW_OK) {
        if (arg != NULL)
            gw_buf_put_char(arg, letters[token.type]);
        if (arg != NULL && token.is_key)
            gw_buf_put_char(arg, '>');
        if (token.type == GW_SER_END)
            return GW_OK;
    }
    assert_int_equal(gw_ser_next(&ser, &token), rc);
    return rc;
}

static int result(const char *text)
{
    return feed_whole(gw_slice_str(text), read_all, NULL);
}

static void values_come_as_tokens(void **state)
{
    static const struct {
        const char *text;
        const char *tokens;
    } cases[] = {
        {"N;", "N."},
        {"b:0;", "b."},
        {"i:-5;", "i."},
        {"d:0.5;", "d."},
        {"s:0:\"\";", "s."},
        {"a:0:{}", "ae."},
        {"a:2:{i:0;N;s:1:\"a\";b:1;}", "ai>Ns>be."},
        {"a:1:{i:0;a:1:{i:0;a:0:{}}}", "ai>ai>aeee."},
        {"O:8:\"stdClass\":1:{s:1:\"a\";a:1:{i:0;i:1;}}", "O."},
        {"a:2:{i:0;O:3:\"Foo\":0:{}i:1;i:1;}", "ai>Oi>ie."},
        {"C:3:\"Foo\":5:{x;{}\"}", "O."},
        {"E:11:\"Suit:Hearts\";", "O."},
        {"a:2:{i:0;i:7;i:1;R:2;}", "ai>ii>Oe."},
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

static gw_ser_token first_token(gw_slice text)
{
    gw_ser ser;
    gw_ser_token token;

    gw_ser_init(&ser, text);
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    return token;
}

static void tokens_carry_their_values(void **state)
{
    gw_slice object = LIT("O:3:\"Foo\":1:{s:1:\"a\";O:3:\"Bar\":0:{}}");

    (void)state;
    assert_int_equal(first_token(LIT("b:1;")).num, 1);
    assert_int_equal(first_token(LIT("b:0;")).num, 0);
    assert_int_equal(first_token(LIT("i:42;")).num, 42);
    assert_true(first_token(LIT("i:-9223372036854775808;")).num == INT64_MIN);
    assert_true(first_token(LIT("i:9223372036854775807;")).num == INT64_MAX);
    assert_int_equal(first_token(LIT("a:3:{i:0;N;i:1;N;i:2;N;}")).num, 3);
    assert_slice_equal(first_token(LIT("d:-1.0E+25;")).text, LIT("-1.0E+25"));
    assert_slice_equal(first_token(LIT("s:5:\"a\";\0\xff\";")).text,
                       LIT("a\";\0\xff"));
    assert_slice_equal(first_token(object).text, object);
}

static void objects_can_be_entered(void **state)
{
    gw_ser ser;
    gw_ser_token token;

    (void)state;
    gw_ser_init(&ser, LIT("O:3:\"Foo\":1:{s:1:\"a\";O:3:\"Bar\":0:{}}"));
    ser.open_objects = 1;
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_int_equal(token.type, GW_SER_OBJECT);
    assert_slice_equal(token.text, LIT("Foo"));
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_true(token.is_key);
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_slice_equal(token.text, LIT("Bar"));
    assert_int_equal(gw_ser_skip(&ser, &token), GW_OK);
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_int_equal(token.type, GW_SER_ARRAY_END);
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_int_equal(token.type, GW_SER_END);
}

static void what_php_did_not_write_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "N",
        "n;",
        "x",
        "b:2;",
        "b:;",
        "b:10;",
        "i:;",
        "i:-;",
        "i:1",
        "i:1.5;",
        "i: 1;",
        "i:+1;",
        "i:9223372036854775808;",
        "i:-9223372036854775809;",
        "d:;",
        "d:.;",
        "d:-;",
        "d:1e;",
        "d:e5;",
        "d:1.2.3;",
        "d:0x1p3;",
        "d:inf;",
        "d:-NAN;",
        "d: 1;",
        "s:1:\"\";",
        "s:0:\"a\";",
        "s:1:a;",
        "s:-1:\"\";",
        "s:1:\"a\"",
        "s:99999999999999999999:\"a\";",
        "s:9223372036854775807:\"a\";",
        "a:0:{",
        "a:1:{}",
        "a:0:{i:0;N;}",
        "a:1:{i:0;}",
        "a:1:{i:0;N;",
        "a:1:{N;N;}",
        "a:1:{b:1;N;}",
        "a:1:{d:1;N;}",
        "a:1:{a:0:{}N;}",
        "a:1:{R:1;N;}",
        "a:-1:{}",
        "a:1:{i:0;N;};",
        "O:3:\"Foo\":1:{}",
        "O:3:\"Foo\":0:{};",
        "O:0:\"\":0:{}",
        "O:4:\"Foo\":0:{}",
        "O:3:\"Foo\":1:{s:1:\"a\";x}",
        "C:3:\"Foo\":2:{x}",
        "C:3:\"Foo\":1:{x};",
        "E:3:\"Foo\"",
        "E:0:\"\";",
        "R:;",
        "r:-1;",
        "N;N;",
        "N; ",
        " N;",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (result(bad[i]) != GW_EPROTO)
            fail_msg("%s: %s", bad[i], gw_error_name(result(bad[i])));
    }
}

static void floats_have_every_form_that_php_writes(void **state)
{
    static const char *const good[] = {
        "d:0;",      "d:-0;",  "d:1;",        "d:0.1;", "d:1.0E+25;",
        "d:1.5E-7;", "d:1e5;", "d:.5;",       "d:5.;",  "d:INF;",
        "d:-INF;",   "d:NAN;", "d:5.0E-324;",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_int_equal(result(good[i]), GW_OK);
}

static void a_count_that_cannot_be_true_is_refused_at_once(void **state)
{
    gw_ser ser;
    gw_ser_token token;

    (void)state;
    gw_ser_init(&ser, LIT("a:3:{i:0;N;i:1;N;}"));
    assert_int_equal(gw_ser_next(&ser, &token), GW_EPROTO);
    gw_ser_init(&ser, LIT("a:9223372036854775807:{i:0;N;}"));
    assert_int_equal(gw_ser_next(&ser, &token), GW_EPROTO);
}

static void nest(gw_buf *buf, const char *open, int depth)
{
    gw_buf_clear(buf);
    for (int i = 0; i < depth - 1; i++)
        gw_buf_put_str(buf, open);
    gw_buf_put_str(buf, "a:0:{}");
    for (int i = 0; i < depth - 1; i++)
        gw_buf_put_char(buf, '}');
}

static void depth_is_bounded_in_arrays_and_objects(void **state)
{
    static const char *const opens[] = {"a:1:{i:0;", "O:1:\"A\":1:{i:0;"};
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(opens); i++) {
        nest(&buf, opens[i], GW_SER_DEPTH_MAX);
        assert_int_equal(feed_whole(gw_buf_slice(&buf), read_all, NULL), GW_OK);
        nest(&buf, opens[i], GW_SER_DEPTH_MAX + 1);
        assert_int_equal(feed_whole(gw_buf_slice(&buf), read_all, NULL),
                         GW_EDEPTH);
    }
    gw_buf_deinit(&buf);
}

static void an_array_can_be_skipped_whole(void **state)
{
    gw_ser ser;
    gw_ser_token token;

    (void)state;
    gw_ser_init(&ser, LIT("a:2:{i:0;a:1:{i:5;a:0:{}}s:1:\"b\";i:7;}"));
    gw_ser_next(&ser, &token);
    gw_ser_next(&ser, &token);
    assert_true(token.is_key);
    gw_ser_next(&ser, &token);
    assert_int_equal(token.type, GW_SER_ARRAY);
    assert_int_equal(gw_ser_skip(&ser, &token), GW_OK);
    gw_ser_next(&ser, &token);
    assert_slice_equal(token.text, LIT("b"));
    gw_ser_next(&ser, &token);
    assert_int_equal(gw_ser_skip(&ser, &token), GW_OK);
    assert_int_equal(token.num, 7);
    gw_ser_next(&ser, &token);
    assert_int_equal(token.type, GW_SER_ARRAY_END);

    gw_ser_init(&ser, LIT("a:1:{i:0;x   }"));
    gw_ser_next(&ser, &token);
    assert_int_equal(gw_ser_skip(&ser, &token), GW_EPROTO);
}

static void keys_follow_the_rules_of_arrays(void **state)
{
    gw_ser_token token = first_token(LIT("s:1:\"7\";"));
    gw_key key;

    (void)state;
    assert_int_equal(gw_ser_key(&token, &key), GW_OK);
    assert_int_equal(key.type, GW_KEY_INT);
    assert_int_equal(key.num, 7);
    token = first_token(LIT("s:2:\"07\";"));
    assert_int_equal(gw_ser_key(&token, &key), GW_OK);
    assert_int_equal(key.type, GW_KEY_STRING);
    assert_slice_equal(key.str, LIT("07"));
    token = first_token(LIT("i:-3;"));
    assert_int_equal(gw_ser_key(&token, &key), GW_OK);
    assert_int_equal(key.num, -3);
    token = first_token(LIT("N;"));
    assert_int_equal(gw_ser_key(&token, &key), GW_EPROTO);
}

static void references_are_counted_wherever_they_are(void **state)
{
    gw_ser ser;
    gw_ser_token token;

    (void)state;
    gw_ser_init(&ser, LIT("a:2:{i:0;r:1;i:1;O:1:\"A\":1:{i:0;R:2;}}"));
    while (gw_ser_next(&ser, &token) == GW_OK && token.type != GW_SER_END)
        continue;
    assert_int_equal(token.type, GW_SER_END);
    assert_int_equal(ser.references, 2);
}

static void the_short_way_is_for_values_in_arrays(void **state)
{
    gw_slice before = LIT("a:1:{s:1:\"k\";s:"), after = LIT(";}");
    gw_slice found;
    gw_ser_token token;
    gw_ser ser;

    (void)state;
    gw_ser_init(&ser, LIT("a:1:{s:1:\"k\";s:1:\"x\";}"));
    assert_int_equal(gw_ser_read_wrapped(&ser, before, after, &found), 0);
    /* where a key must be */
    gw_ser_init(&ser, LIT("a:1:{a:1:{s:1:\"k\";s:1:\"x\";}i:1;}"));
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_int_equal(gw_ser_read_wrapped(&ser, before, after, &found), 0);
    assert_int_equal(gw_ser_next(&ser, &token), GW_EPROTO);
    assert_int_equal(gw_ser_read_wrapped(&ser, before, after, &found), 0);
}

static void the_short_ways_go_no_further_than_the_long_one(void **state)
{
    gw_slice before = LIT("a:1:{s:1:\"k\";s:"), after = LIT(";}");
    gw_slice found;
    gw_ser_token token;
    gw_ser ser;
    int64_t num;
    gw_buf deep;

    (void)state;
    /* after a failure */
    gw_ser_init(&ser, LIT("a:2:{i:0;s:1:\"x\";i:1;i:2;}"));
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_int_equal(gw_ser_read_int(&ser, &num), GW_OK);
    assert_int_equal(gw_ser_read_int(&ser, &num), GW_EPROTO);
    assert_int_equal(gw_ser_read_string(&ser, &found), GW_EPROTO);
    /* behind the last element */
    gw_ser_init(&ser, LIT("a:0:{i:1;}"));
    assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_int_equal(gw_ser_read_int(&ser, &num), GW_EPROTO);
    /* as deep as arrays may be */
    gw_buf_init(&deep, NULL, 0);
    for (int i = 0; i < GW_SER_DEPTH_MAX; i++)
        gw_buf_put_str(&deep, "a:1:{i:0;");
    gw_buf_put_str(&deep, "a:1:{s:1:\"k\";s:1:\"x\";}");
    gw_ser_init(&ser, gw_buf_slice(&deep));
    for (int i = 0; i < 2 * GW_SER_DEPTH_MAX; i++)
        assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    assert_int_equal(gw_ser_read_wrapped(&ser, before, after, &found), 0);
    gw_buf_deinit(&deep);
}

static void a_value_in_its_usual_spelling_is_read_at_once(void **state)
{
    static const struct {
        const char *text;
        int taken;
    } cases[] = {
        {"a:1:{s:1:\"k\";s:2:\"\";\";}", 1},
        {"a:1:{s:1:\"k\";s:0:\"\";}", 1},
        {"a:1:{s:1:\"l\";s:2:\"ab\";}", 0}, /* another key */
        {"a:1:{s:1:\"k\";i:12;}", 0},
        {"a:1:{s:1:\"k\";s:3:\"ab\";}", 0},
        {"a:2:{s:1:\"k\";s:2:\"ab\";i:0;N;}", 0},
        {"s:2:\"ab\";", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gw_slice before = LIT("a:1:{s:1:\"k\";s:"), after = LIT(";}");
        gw_slice found;
        gw_ser_token token;
        char text[100];
        gw_ser ser;
        int64_t num;

        snprintf(text, sizeof text, "a:2:{i:1;%si:2;i:3;}", cases[i].text);
        gw_ser_init(&ser, gw_slice_str(text));
        assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
        assert_int_equal(gw_ser_read_wrapped(&ser, before, after, &found), 0);
        assert_int_equal(gw_ser_read_int(&ser, &num), GW_OK);
        assert_int_equal(gw_ser_read_wrapped(&ser, before, after, &found),
                         cases[i].taken);
        if (!cases[i].taken) { /* nothing is read */
            assert_ptr_equal(ser.p, text + strlen("a:2:{i:1;"));
            continue;
        }
        assert_slice_equal(found, i == 0 ? LIT("\";") : LIT(""));
        assert_int_equal(gw_ser_read_end(&ser), 0);
        assert_int_equal(gw_ser_read_int(&ser, &num), GW_OK);
        assert_int_equal(num, 2);
    }
}

static void only_the_whole_is_a_value(void **state)
{
    static const char *const whole[] = {
        "a:3:{i:0;s:3:\"a;}\";s:1:\"k\";d:1.5E-7;i:2;a:1:{i:0;N;}}",
        "a:2:{i:0;O:3:\"Foo\":1:{s:1:\"a\";b:1;}i:1;E:3:\"A:B\";}",
        "a:2:{i:0;C:3:\"Foo\":3:{abc}i:1;R:1;}",
        "i:-123;",
        "d:-1.5E+10;",
        "s:3:\"\";\"\";",
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
        cmocka_unit_test(values_come_as_tokens),
        cmocka_unit_test(tokens_carry_their_values),
        cmocka_unit_test(objects_can_be_entered),
        cmocka_unit_test(what_php_did_not_write_is_refused),
        cmocka_unit_test(floats_have_every_form_that_php_writes),
        cmocka_unit_test(a_count_that_cannot_be_true_is_refused_at_once),
        cmocka_unit_test(depth_is_bounded_in_arrays_and_objects),
        cmocka_unit_test(an_array_can_be_skipped_whole),
        cmocka_unit_test(keys_follow_the_rules_of_arrays),
        cmocka_unit_test(references_are_counted_wherever_they_are),
        cmocka_unit_test(the_short_ways_go_no_further_than_the_long_one),
        cmocka_unit_test(a_value_in_its_usual_spelling_is_read_at_once),
        cmocka_unit_test(the_short_way_is_for_values_in_arrays),
        cmocka_unit_test(only_the_whole_is_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
