/* Query strings as PHP reads them: recorded, and against the PHP that is
 * installed; cookies as Workerman reads them. */
#include "support.h"

#include <unistd.h>

#include "inner/query.h"

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {3, 1, 4};

typedef int (*put_fn)(gw_buf *out, gw_slice text, const uint8_t *seed);

static void check(put_fn put, gw_slice text, gw_slice want)
{
    char *copy = exact_copy(text);
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    assert_int_equal(put(&out, gw_slice_of(copy, text.len), seed), GW_OK);
    assert_slice_equal(gw_buf_slice(&out), want);
    assert_memory_equal(copy, text.base, text.len); /* only read */
    gw_buf_deinit(&out);
    free(copy);
}

static void query_strings_are_read_as_parse_str_does(void **state)
{
    static const struct {
        gw_slice query;
        gw_slice want;
    } cases[] = {
#include "cases/query.inc"
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(gwd_query_put, cases[i].query, cases[i].want);
}

/* ---- with the real parse_str() ------------------------------------------- */

#define ROUNDS 4000

static const char *const words[] = {
    "a",     "a",         "b",         "7",      "0",     "-5",
    "=",     "=",         "=1",        "&",      "&",     "&",
    "[",     "]",         "[]",        "[]",     "[x]",   "[7]",
    "[-3]",  "[",         ".",         "+",      "%20",   "%5B",
    "%5D",   "%00",       "%zz",       "%",      "x.y",   "_",
    "%0a",   "__Host-",   "__Secure-", "%C3%A9", "Host-", "9223372036854775807",
    "&a[]=", "&b[x][y]=", "&a[",
};

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static gw_slice make_query(gw_buf *out, uint32_t *random)
{
    size_t count = 1 + next_random(random) % 24;

    gw_buf_clear(out);
    while (count-- > 0)
        gw_buf_put_str(out, words[next_random(random) % COUNT_OF(words)]);
    return gw_buf_slice(out);
}

/* One query a line in, one serialized array in base64 a line out. */
static const char script[] =
    "exec \"${PHP:-php}\" -n -d display_errors=0 -r '"
    "if (PHP_VERSION_ID < 80218) exit;"
    "foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $query) {"
    "    parse_str($query, $array);"
    "    echo base64_encode(serialize($array)), \"\\n\";"
    "}' %s 2>/dev/null";

static void write_queries(FILE *file)
{
    uint32_t random = 2463534242u;
    gw_buf query;

    gw_buf_init(&query, NULL, 0);
    for (int i = 0; i < ROUNDS; i++) {
        gw_slice line = make_query(&query, &random);

        fwrite(line.base, 1, line.len, file);
        fputc('\n', file);
    }
    gw_buf_deinit(&query);
}

static void put_base64(gw_buf *out, gw_slice s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                                 "tuvwxyz0123456789+/";

    for (size_t i = 0; i < s.len; i += 3) {
        uint32_t bits = 0;

        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < s.len ? (uint8_t)s.base[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            gw_buf_put_char(
                out, i + k <= s.len ? digits[bits >> (18 - 6 * k) & 63] : '=');
    }
}

/* What we make of each query of the file, compared with PHP's lines. */
static int compare_lines(FILE *php)
{
    uint32_t random = 2463534242u;
    gw_buf query, ours, text;
    char *line = NULL;
    size_t cap = 0;
    int count = 0;
    ssize_t len;

    gw_buf_init(&query, NULL, 0);
    gw_buf_init(&ours, NULL, 0);
    gw_buf_init(&text, NULL, 0);
    while ((len = getline(&line, &cap, php)) > 0) {
        gw_buf_clear(&ours);
        gw_buf_clear(&text);
        gwd_query_put(&ours, make_query(&query, &random), seed);
        put_base64(&text, gw_buf_slice(&ours));
        if (text.len != (size_t)len - 1 ||
            memcmp(text.base, line, text.len) != 0)
            fail_msg("%.*s: got %.*s, PHP has %s", (int)query.len, query.base,
                     (int)text.len, text.base, line);
        count++;
    }
    free(line);
    gw_buf_deinit(&query);
    gw_buf_deinit(&ours);
    gw_buf_deinit(&text);
    return count;
}

static void thousands_of_query_strings_agree_with_php(void **state)
{
    char path[] = "/tmp/gw-queries-XXXXXX";
    char command[sizeof(script) + sizeof(path)];
    FILE *file = fdopen(mkstemp(path), "w");

    (void)state;
    assert_non_null(file);
    write_queries(file);
    fclose(file);
    snprintf(command, sizeof(command), script, path);

    FILE *php = popen(command, "r");
    assert_non_null(php);
    int count = compare_lines(php);
    pclose(php);
    unlink(path);
    if (count == 0) {
        print_message("no PHP of 8.2.18 or later to compare with\n");
        skip();
    }
    assert_int_equal(count, ROUNDS);
}

/* ---- limits -------------------------------------------------------------- */

static void a_thousand_variables_are_enough(void **state)
{
    gw_buf query, out;

    (void)state;
    gw_buf_init(&query, NULL, 0);
    gw_buf_init(&out, NULL, 0);
    for (int i = 0; i < 1005; i++) {
        gw_buf_put_str(&query, "&v");
        gw_buf_put_int(&query, i);
    }
    assert_int_equal(gwd_query_put(&out, gw_buf_slice(&query), seed), GW_OK);
    gw_buf_put_char(&out, '\0');
    assert_memory_equal(out.base, "a:1000:{s:2:\"v0\"", 16);
    assert_non_null(strstr(out.base, "\"v999\""));
    assert_null(strstr(out.base, "\"v1000\""));
    gw_buf_deinit(&query);
    gw_buf_deinit(&out);
}

/* ---- cookies ------------------------------------------------------------- */

static void cookies_are_read_as_they_are(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"", "a:0:{}"},
        {"k=v; s=a%20b", "a:2:{s:1:\"k\";s:1:\"v\";s:1:\"s\";s:5:\"a%20b\";}"},
        {"k", "a:0:{}"},
        {"k;a=1;;b", "a:1:{s:1:\"a\";s:1:\"1\";}"},
        {" k\t = v ; ", "a:1:{s:1:\"k\";s:3:\" v \";}"},
        {"k=a=b", "a:1:{s:1:\"k\";s:3:\"a=b\";}"},
        {"=v", "a:1:{s:0:\"\";s:1:\"v\";}"},
        {"a=1;b=2;a=3", "a:2:{s:1:\"a\";s:1:\"3\";s:1:\"b\";s:1:\"2\";}"},
        {"7=x;07=y", "a:2:{i:7;s:1:\"x\";s:2:\"07\";s:1:\"y\";}"},
        {"a.b[]=1+2", "a:1:{s:5:\"a.b[]\";s:3:\"1+2\";}"},
        {"a=1,b=2", "a:1:{s:1:\"a\";s:5:\"1,b=2\";}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(gwd_cookies_put, gw_slice_str(cases[i].text),
              gw_slice_str(cases[i].want));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(query_strings_are_read_as_parse_str_does),
        cmocka_unit_test(thousands_of_query_strings_agree_with_php),
        cmocka_unit_test(a_thousand_variables_are_enough),
        cmocka_unit_test(cookies_are_read_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
