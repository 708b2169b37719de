#include "support.h"

#include <locale.h>
#include <time.h>

#include "double_text.h"
#include "ser_to_json.h"
#include "ser_write.h"

/* json_encode(unserialize(input), JSON_UNESCAPED_UNICODE) */
static const struct {
    gw_slice input;
    gw_slice json;
} recorded[] = {
#include "cases/ser_to_json.inc"
};

static int convert(gw_slice text, void *arg)
{
    gw_buf discarded;
    gw_buf *out = arg == NULL ? &discarded : arg;

    gw_buf_init(out, NULL, 0);
    int rc = gw_json_from_ser(out, text);
    if (rc != GW_OK)
        assert_int_equal(out->len, 0);
    if (arg == NULL)
        gw_buf_deinit(out);
    return rc;
}

static void assert_recorded(void)
{
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        gw_buf out;

        assert_int_equal(feed_whole(recorded[i].input, convert, &out), GW_OK);
        assert_buf_equal(&out, recorded[i].json);
        gw_buf_deinit(&out);
    }
}

static void values_are_written_as_php_writes_them(void **state)
{
    (void)state;
    assert_recorded();
}

/* Which locales a machine has differs; the loop takes any with a comma. */
static void the_locale_does_not_matter(void **state)
{
    static const char *const with_comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
                                             "de_DE.utf8", "ru_RU.UTF-8",
                                             "German_Germany.1252"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(with_comma); i++) {
        if (setlocale(LC_NUMERIC, with_comma[i]) == NULL)
            continue;
        assert_recorded();
        setlocale(LC_NUMERIC, "C");
        return;
    }
    skip();
}

/* As PHP wrote them after unserialize() with allowed_classes false. */
static void objects_show_their_public_properties(void **state)
{
    const struct {
        gw_slice input;
        gw_slice json;
    } objects[] = {
        {LIT("a:2:{i:0;O:1:\"F\":4:{s:1:\"a\";i:1;s:4:\"\0"
             "*\0"
             "b\";i:2;s:4:\"\0"
             "F\0"
             "c\";i:3;s:1:\"d\";a:1:{s:1:\"x\";s:2:\"\xc3"
             "\xa9"
             "\";}}i:1;O:8:\"stdClass\":2:{s:1:\"a\";a:1:{i:0;i:1;}s:1:\"7\";O:"
             "8:\"stdClass\":0:{}}}"),
         LIT("[{\"__PHP_Incomplete_Class_Name\":\"F\",\"a\":1,\"d\":{\"x\":"
             "\"\xc3"
             "\xa9"
             "\"}},{\"__PHP_Incomplete_Class_Name\":\"stdClass\",\"a\":[1],"
             "\"7\":{\"__PHP_Incomplete_Class_Name\":\"stdClass\"}}]")},
        {LIT("O:8:\"stdClass\":0:{}"),
         LIT("{\"__PHP_Incomplete_Class_Name\":\"stdClass\"}")},
        {LIT("O:11:\"ArrayObject\":4:{i:0;i:0;i:1;a:1:{i:0;i:1;}i:2;a:0:{}i:3;"
             "N;}"),
         LIT("{\"__PHP_Incomplete_Class_Name\":\"ArrayObject\",\"0\":0,\"1\":["
             "1],\"2\":[],\"3\":null}")},
        {LIT("a:2:{s:4:\"type\";s:1:\"x\";s:4:\"data\";O:8:\"stdClass\":2:{s:1:"
             "\"n\";N;s:1:\"l\";a:1:{i:0;a:0:{}}}}"),
         LIT("{\"type\":\"x\",\"data\":{\"__PHP_Incomplete_Class_Name\":"
             "\"stdClass\",\"n\":null,\"l\":[[]]}}")},
        {LIT("O:3:\"Foo\":2:{s:1:\"a\";i:1;"
             "s:27:\"__PHP_Incomplete_Class_Name\";a:1:{i:0;N;}}"),
         LIT("{\"__PHP_Incomplete_Class_Name\":[null],\"a\":1}")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(objects); i++) {
        gw_buf out;

        assert_int_equal(feed_whole(objects[i].input, convert, &out), GW_OK);
        assert_buf_equal(&out, objects[i].json);
        gw_buf_deinit(&out);
    }
}

/* A long list inside `depth` times `before` and '}'. */
static clock_t time_of_nesting(const char *before, int depth)
{
    clock_t start;
    gw_buf text;
    gw_buf out;

    gw_buf_init(&text, NULL, 0);
    gw_buf_init(&out, NULL, 0);
    for (int i = 0; i < depth; i++)
        gw_buf_put_str(&text, before);
    gw_ser_put_array(&text, 50000);
    for (int i = 0; i < 50000; i++) {
        gw_ser_put_int(&text, i);
        gw_ser_put_int(&text, i);
    }
    for (int i = 0; i <= depth; i++)
        gw_ser_put_array_end(&text);
    start = clock();
    assert_int_equal(gw_json_from_ser(&out, gw_buf_slice(&text)), GW_OK);
    start = clock() - start;
    gw_buf_deinit(&out);
    gw_buf_deinit(&text);
    return start;
}

/* What is in an object is not read again for each object around it. */
static void nested_objects_cost_what_arrays_do(void **state)
{
    (void)state;
    for (int tries = 0; tries < 5; tries++) {
        clock_t arrays = time_of_nesting("a:1:{s:1:\"x\";", 120);
        clock_t objects = time_of_nesting("O:1:\"A\":1:{s:1:\"x\";", 120);

        if (objects < 10 * arrays)
            return;
    }
    fail();
}

static void what_has_no_json_is_refused(void **state)
{
    static const struct {
        const char *text;
        int error;
    } cases[] = {
        {"d:INF;", GW_EINVAL},
        {"d:-INF;", GW_EINVAL},
        {"d:NAN;", GW_EINVAL},
        {"d:1e999;", GW_EINVAL},
        {"d:1e200000;", GW_EINVAL},
        {"d:-1e99999999999999999999;", GW_EINVAL},
        {"d:1e4294967297;", GW_EINVAL},
        {"a:1:{i:0;d:NAN;}", GW_EINVAL},
        {"a:1:{i:0;E:3:\"A:B\";}", GW_EINVAL},
        {"a:2:{i:0;i:1;i:1;R:2;}", GW_EINVAL},
        {"s:1:\"\xff\";", GW_EUTF8},
        {"a:1:{s:1:\"\xff\";i:1;}", GW_EUTF8},
        {"", GW_EPROTO},
        {"a:1:{}", GW_EPROTO},
        {"i:1;i:2;", GW_EPROTO},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(feed_whole(gw_slice_str(cases[i].text), convert, NULL),
                         cases[i].error);
}

static void what_is_no_decimal_number_is_refused(void **state)
{
    static const char *const bad[] = {"",   "-",   ".",     "e1", "1.2.3",
                                      "1x", "--1", "1e1e1", "1e", "1e+-1"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        gw_buf out;

        gw_buf_init(&out, NULL, 0);
        gw_buf_put_double(&out, gw_slice_str(bad[i]));
        if (out.error != GW_EINVAL)
            fail_msg("accepted: %s", bad[i]);
        gw_buf_deinit(&out);
    }
}

static void a_float_that_is_too_small_is_zero(void **state)
{
    static const char *const small[] = {"d:1e-999;", "d:1e-4294967295;",
                                        "d:1e-99999999999999999999;"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(small); i++) {
        gw_buf out;

        assert_int_equal(feed_whole(gw_slice_str(small[i]), convert, &out),
                         GW_OK);
        assert_buf_equal(&out, LIT("0"));
        gw_buf_deinit(&out);
    }
}

static void the_text_of_a_float_has_a_limit(void **state)
{
    gw_buf text;
    gw_buf out;

    (void)state;
    gw_buf_init(&text, NULL, 0);
    gw_buf_put_str(&text, "d:1.");
    for (int i = 0; i < 62; i++)
        gw_buf_put_char(&text, '0');
    gw_buf_put_char(&text, ';');
    assert_int_equal(feed_whole(gw_buf_slice(&text), convert, &out), GW_OK);
    assert_buf_equal(&out, LIT("1"));
    gw_buf_deinit(&out);
    text.base[text.len - 1] = '0';
    gw_buf_put_char(&text, ';');
    assert_int_equal(feed_whole(gw_buf_slice(&text), convert, NULL), GW_EINVAL);
    gw_buf_deinit(&text);
}

static int convert_with(const gw_allocator *allocator, void *arg)
{
    const size_t *i = arg;
    gw_buf out;

    gw_buf_init(&out, allocator, 0);
    int rc = gw_json_from_ser(&out, recorded[*i].input);
    if (rc != GW_OK)
        assert_int_equal(out.len, 0);
    gw_buf_deinit(&out);
    return rc;
}

static void it_survives_short_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++)
        sweep_out_of_memory(convert_with, &i);
}

static void only_the_whole_is_a_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        assert_only_whole(recorded[i].input, convert, NULL);
        feed_damaged(recorded[i].input, convert, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written_as_php_writes_them),
        cmocka_unit_test(the_locale_does_not_matter),
        cmocka_unit_test(objects_show_their_public_properties),
        cmocka_unit_test(nested_objects_cost_what_arrays_do),
        cmocka_unit_test(what_has_no_json_is_refused),
        cmocka_unit_test(what_is_no_decimal_number_is_refused),
        cmocka_unit_test(a_float_that_is_too_small_is_zero),
        cmocka_unit_test(the_text_of_a_float_has_a_limit),
        cmocka_unit_test(it_survives_short_memory),
        cmocka_unit_test(only_the_whole_is_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
