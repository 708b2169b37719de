/* What is printed: escaped text, JSON, tables. */
#include "support.h"

#include <locale.h>

#include "core/json.h"
#include "core/table.h"
#include "core/text.h"

/* ---- text ---------------------------------------------------------------- */

static void text_stays_on_its_line(void **state)
{
    const struct {
        gw_slice text;
        const char *escaped;
    } cases[] = {
        {LIT(""), ""},
        {LIT("plain, \"quoted\""), "plain, \"quoted\""},
        {LIT("a\nb\tc\r"), "a\\nb\\tc\\r"},
        {LIT("back\\slash"), "back\\\\slash"},
        {LIT("\x1b[31mred\x07"), "\\x1b[31mred\\x07"},
        {LIT("\0\x7f"), "\\x00\\x7f"},
        {LIT("\xc3\xa9\xe4\xbd\xa0\xf0\x9f\x98\x80"),
         "\xc3\xa9\xe4\xbd\xa0\xf0\x9f\x98\x80"},
        {LIT("\xff\xc3"), "\\xff\\xc3"},
        {LIT("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
        {LIT("\xc2\x9b"), "\\xc2\\x9b"},          /* U+009B: CSI */
        {LIT("\xe2\x80\xae"), "\\xe2\\x80\\xae"}, /* U+202E */
        {LIT("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"}, /* U+2028 */
        {LIT("\xd8\x9c"), "\\xd8\\x9c"},          /* U+061C */
        {LIT("\xe2\x80\x8f"), "\\xe2\\x80\\x8f"}, /* U+200F */
        {LIT("\xe2\x80\x8d"), "\xe2\x80\x8d"},    /* U+200D: joins emoji */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *copy = exact_copy(cases[i].text);
        gwctl_buf out = {NULL, 0, 0};

        gwctl_text_escape(&out, gw_slice_of(copy, cases[i].text.len));
        assert_slice_equal(gwctl_buf_slice(&out),
                           gw_slice_str(cases[i].escaped));
        gwctl_buf_deinit(&out);
        free(copy);
    }
}

static void json_stays_json(void **state)
{
    gwctl_buf out = {NULL, 0, 0};

    (void)state;
    gwctl_text_escape_json(&out, LIT("{\"a\\n\":\n\"\xc2\x9b\x7f\xc3\xa9"
                                     "\xe2\x80\xae\"}"));
    assert_slice_equal(gwctl_buf_slice(&out),
                       LIT("{\"a\\n\":\n\"\\u009b\\u007f\xc3\xa9"
                           "\\u202e\"}"));
    gwctl_buf_deinit(&out);
}

static void width_is_that_of_characters(void **state)
{
    size_t width;

    (void)state;
    assert_int_equal(gwctl_text_width(LIT("abc")), 3);
    assert_int_equal(gwctl_text_width(LIT("\xc3\xa9")), 1);
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        skip();
    assert_int_equal(gwctl_text_width(LIT("\xe4\xbd\xa0\xe5\xa5\xbd")), 4);
    assert_int_equal(gwctl_text_width(LIT("e\xcc\x81")), 1);
    assert_int_equal(
        gwctl_text_fit(LIT("a\xe4\xbd\xa0\xe5\xa5\xbd"), 4, &width), 4);
    assert_int_equal(width, 3);
    setlocale(LC_CTYPE, "C");
}

/* ---- JSON ---------------------------------------------------------------- */

static void write_object(FILE *out, void *arg)
{
    gwctl_json json = {out, false};
    gw_key seven = gw_key_int(7);
    gw_key none = {GW_KEY_NONE, 0, {NULL, 0}};
    gw_key bad = gw_key_slice(LIT("\xff"));

    (void)arg;
    gwctl_json_open(&json, NULL);
    gwctl_json_text(&json, "text", "\"\\\n\r\t\x01\x7f/\xc3\xa9");
    gwctl_json_bytes(&json, "bytes", LIT("a\0b"));
    gwctl_json_bytes(&json, "bad", LIT("\xff\xfe\xfd"));
    gwctl_json_base64(&json, "any", LIT("foo"));
    gwctl_json_int(&json, "int", INT64_MIN);
    gwctl_json_bool(&json, "yes", true);
    gwctl_json_null(&json, "null");
    gwctl_json_number(&json, "number", 0.12345);
    gwctl_json_key(&json, "key", &seven);
    gwctl_json_key(&json, "none", &none);
    gwctl_json_list(&json, "list");
    gwctl_json_key(&json, NULL, &seven);
    gwctl_json_key(&json, NULL, &bad);
    gwctl_json_open(&json, NULL);
    gwctl_json_close(&json);
    gwctl_json_list(&json, NULL);
    gwctl_json_list_end(&json);
    gwctl_json_list_end(&json);
    gwctl_json_session(&json, "session", LIT("a:1:{s:1:\"a\";i:1;}"));
    gwctl_json_session(&json, "unset", LIT(""));
    gwctl_json_session(&json, "odd", LIT("d:INF;"));
    gwctl_json_close(&json);
    gwctl_json_end_line(&json);
    gwctl_json_open(&json, NULL);
    gwctl_json_close(&json);
    gwctl_json_end_line(&json);
}

static void json_lines(void **state)
{
    char *text = printed(write_object, NULL);

    (void)state;
    assert_string_equal(
        text, "{\"text\":\"\\\"\\\\\\n\\r\\t\\u0001\\u007f/\xc3\xa9\","
              "\"bytes\":\"a\\u0000b\",\"bad_base64\":\"//79\","
              "\"any_base64\":\"Zm9v\",\"int\":-9223372036854775808,"
              "\"yes\":true,\"null\":null,\"number\":0.123,\"key\":\"7\","
              "\"none\":null,\"list\":[\"7\",{\"base64\":\"/w==\"},{},[]],"
              "\"session\":{\"a\":1},\"unset\":{},"
              "\"odd_serialized\":\"d:INF;\"}\n{}\n");
    free(text);
}

/* ---- tables -------------------------------------------------------------- */

static void fill(gwctl_table *table)
{
    gw_key seven = gw_key_int(7);
    gw_key none = {GW_KEY_NONE, 0, {NULL, 0}};

    gwctl_table_init(table, "NAME COUNT> NOTE");
    gwctl_table_put_str(table, "al\nice");
    gwctl_table_put_int(table, 12345678);
    gwctl_table_put_str(table, "first");
    gwctl_table_put_key(table, &seven);
    gwctl_table_put_ms(table, 1.5);
    gwctl_table_put_key(table, &none);
    gwctl_table_put_str(table, "x");
    gwctl_table_put_str(table, "");
    gwctl_table_put_str(table, "");
}

static void print_all(FILE *out, void *arg)
{
    gwctl_table_print(arg, out, SIZE_MAX, 0, "\n");
}

static void print_cut(FILE *out, void *arg)
{
    gwctl_table_print(arg, out, 10, 2, "|");
}

static void columns_are_as_wide_as_they_need_be(void **state)
{
    gwctl_table table;
    char *text;

    (void)state;
    fill(&table);
    text = printed(print_all, &table);
    assert_string_equal(text, "NAME        COUNT  NOTE\n"
                              "al\\nice  12345678  first\n"
                              "7           1.500  -\n"
                              "x\n");
    free(text);
    text = printed(print_cut, &table);
    assert_string_equal(text, "NAME      |al\\nice  1|");
    free(text);
    gwctl_table_deinit(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_on_its_line),
        cmocka_unit_test(json_stays_json),
        cmocka_unit_test(width_is_that_of_characters),
        cmocka_unit_test(json_lines),
        cmocka_unit_test(columns_are_as_wide_as_they_need_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
