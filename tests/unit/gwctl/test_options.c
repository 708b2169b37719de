/* Where options come from, and what they may be. */
#include "support.h"

#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/formats.h"
#include "conf/options.h"

#define ARGS_MAX 16

/* Options from words of the command line, blanks between them, and variables.
 */
static int load(gwctl_options *options, const char *line, char **env)
{
    static char words[1000];
    char *argv[ARGS_MAX] = {WORD("gwctl")};
    int argc = 1;

    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word != NULL && argc < ARGS_MAX - 1;
         word = strtok(NULL, " "))
        argv[argc++] = word;
    gwctl_options_init(options);
    return gwctl_options_load(options, &argc, argv, env);
}

/* The same, and the key from its file. */
static int load_with_key(gwctl_options *options, const char *line, char **env)
{
    int result = load(options, line, env);

    return result < 0 ? result : gwctl_options_load_key(options);
}

static char *no_env[] = {WORD("GWCTL_CONFIG=/dev/null"), NULL};

static void expect_error(const char *line, char **env, const char *part)
{
    gwctl_options options;

    assert_int_equal(load_with_key(&options, line, env), GW_EINVAL);
    if (strstr(options.error, part) == NULL)
        fail_msg("%s: %s", line, options.error);
    gwctl_options_deinit(&options);
}

static char *write_bytes(const char *base, size_t len)
{
    char *path = strdup("/tmp/gwctl-test-XXXXXX");
    int fd;

    assert_non_null(path);
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, base, len), len);
    close(fd);
    return path;
}

static char *write_file(const char *text)
{
    return write_bytes(text, strlen(text));
}

/* ---- sources ------------------------------------------------------------- */

static void defaults(void **state)
{
    gwctl_options options;

    (void)state;
    assert_int_equal(load(&options, "", no_env), GW_OK);
    assert_int_equal(options.registers.count, 1);
    assert_string_equal(options.registers.items[0], "127.0.0.1:1236");
    assert_int_equal(options.gateways.count, 0);
    assert_int_equal(options.timeout, 5000);
    assert_int_equal(options.connect_timeout, 3000);
    assert_true(options.confirm);
    assert_false(options.json);
    assert_string_equal(options.secret_key, "");
    assert_false(gwctl_option_given(&options, "message"));
    gwctl_options_deinit(&options);
}

static void words_that_are_no_options_stay(void **state)
{
    char *argv[] = {WORD("gwctl"), WORD("--json"),
                    WORD("a"),     WORD("--timeout"),
                    WORD("2"),     WORD("-"),
                    WORD("--"),    WORD("--raw"),
                    WORD("b"),     NULL};
    int argc = 9;
    gwctl_options options;

    (void)state;
    gwctl_options_init(&options);
    assert_int_equal(gwctl_options_read_args(&options, &argc, argv), GW_OK);
    assert_int_equal(argc, 4);
    assert_string_equal(argv[0], "a");
    assert_string_equal(argv[1], "-");
    assert_string_equal(argv[2], "--raw");
    assert_string_equal(argv[3], "b");
    assert_true(options.json);
    assert_false(options.raw);
    assert_int_equal(options.timeout, 2000);
    gwctl_options_deinit(&options);
}

static void the_higher_source_wins(void **state)
{
    char *path = write_file("# comment\n; another\n\n"
                            "  timeout = 7\n\tconnect_timeout=1\r\n"
                            "register = 10.0.0.1:1, 10.0.0.2:2\n"
                            "register = [::1]:3\njson = yes\n"
                            "header = Authorization: a, b\nheader = X: y\n"
                            "interval = 0.25\nca_file = /a b ;c#d=e");
    char variable[100];
    char *env[] = {variable, WORD("GWCTL_CONNECT_TIMEOUT=2"),
                   WORD("GWCTL_JSON="), WORD("GWCTL_INTERVAL=9"), NULL};
    gwctl_options options;

    (void)state;
    snprintf(variable, sizeof(variable), "GWCTL_CONFIG=%s", path);
    assert_int_equal(load(&options, "--interval=0.1", env), GW_OK);
    assert_int_equal(options.timeout, 7000);
    assert_int_equal(options.connect_timeout, 2000);
    assert_int_equal(options.interval, 100);
    assert_true(options.json);
    assert_int_equal(options.registers.count, 3);
    assert_string_equal(options.registers.items[1], "10.0.0.2:2");
    assert_string_equal(options.registers.items[2], "[::1]:3");
    assert_string_equal(options.ca_file, "/a b ;c#d=e");
    assert_int_equal(options.headers.count, 2);
    assert_string_equal(options.headers.items[0], "Authorization: a, b");
    gwctl_options_deinit(&options);

    assert_int_equal(load(&options, "--register h:1 --register h:2", env),
                     GW_OK);
    assert_int_equal(options.registers.count, 2);
    assert_string_equal(options.registers.items[0], "h:1");
    gwctl_options_deinit(&options);
    unlink(path);
    free(path);
}

/* In a Turkish one i has no capital in ASCII. */
static void variables_have_their_names_in_every_locale(void **state)
{
    char *env[] = {WORD("GWCTL_CONFIG=/dev/null"), WORD("GWCTL_TIMEOUT=7"),
                   NULL};
    gwctl_options options;

    (void)state;
    if (setlocale(LC_CTYPE, "tr_TR.UTF-8") == NULL)
        skip();
    assert_int_equal(load(&options, "", env), GW_OK);
    setlocale(LC_CTYPE, "C");
    assert_int_equal(options.timeout, 7000);
    gwctl_options_deinit(&options);
}

static void the_users_file_is_above_the_systems(void **state)
{
    gwctl_options options;

    (void)state;
    gwctl_options_init(&options);
    assert_int_equal(gwctl_options_read_text(
                         &options, GWCTL_SOURCE_USER_FILE,
                         LIT("timeout = 1\nregister = user:1\n"), "user"),
                     GW_OK);
    assert_int_equal(gwctl_options_read_text(
                         &options, GWCTL_SOURCE_SYSTEM_FILE,
                         LIT("timeout = 9\nregister = system:1\nquiet = on\n"),
                         "system"),
                     GW_OK);
    assert_int_equal(options.timeout, 1000);
    assert_int_equal(options.registers.count, 1);
    assert_string_equal(options.registers.items[0], "user:1");
    assert_true(options.quiet);
    gwctl_options_deinit(&options);
}

static void the_users_file_is_found(void **state)
{
    char folder[] = "/tmp/gwctl-home-XXXXXX";
    char path[200];
    char home[200];
    char xdg[300];
    char *by_home[] = {home, NULL};
    char *by_xdg[] = {WORD("HOME=/nowhere"), xdg, NULL};
    gwctl_options options;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/.config", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(xdg, sizeof(xdg), "XDG_CONFIG_HOME=%s", path);
    snprintf(home, sizeof(home), "HOME=%s", folder);
    snprintf(path, sizeof(path), "%s/.config/gwctl.conf", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("top = 3\n", file);
    fclose(file);
    assert_int_equal(load(&options, "", by_home), GW_OK);
    assert_int_equal(options.top, 3);
    gwctl_options_deinit(&options);
    assert_int_equal(load(&options, "", by_xdg), GW_OK);
    assert_int_equal(options.top, 3);
    gwctl_options_deinit(&options);
    unlink(path);
    snprintf(path, sizeof(path), "%s/.config", folder);
    rmdir(path);
    rmdir(folder);
}

static void help_needs_no_right_file(void **state)
{
    char *env[] = {WORD("GWCTL_CONFIG=/does/not/exist"), NULL};
    gwctl_options options;

    (void)state;
    expect_error("online", env, "/does/not/exist: No such file");
    assert_int_equal(load(&options, "--help", env), GW_OK);
    assert_true(options.help);
    gwctl_options_deinit(&options);
    assert_int_equal(load(&options, "-h", env), GW_OK);
    assert_true(options.help);
    gwctl_options_deinit(&options);
}

/* ---- values -------------------------------------------------------------- */

static void values_that_are_not_allowed(void **state)
{
    static const char *const cases[][2] = {
        {"--nothing", "unknown option --nothing"},
        {"-j", "unknown option -j"},
        {"--timeout", "--timeout: SECONDS is missing"},
        {"--timeout 0", "takes seconds like"},
        {"--timeout -1", "takes seconds like"},
        {"--timeout 1.x", "takes seconds like"},
        {"--timeout .5", "takes seconds like"},
        {"--timeout 99999999", "takes seconds like"},
        {"--count x", "a number from 0"},
        {"--count 9999999999999999", "a number from 0"},
        {"--batch 0", "a number from 1"},
        {"--json=maybe", "yes or no"},
        {"--register h", "HOST:PORT"},
        {"--register h:0", "HOST:PORT"},
        {"--register h:65536", "HOST:PORT"},
        {"--register ::1:5", "HOST:PORT"},
        {"--register a$b:1", "HOST:PORT"},
        {"--register b\xc3\xbc"
         "cher.example:1",
         "HOST:PORT"},
        {"--register []:1", "HOST:PORT"},
        {"--register [::1:5", "HOST:PORT"},
        {"--gateway [::1]5", "HOST:PORT"},
        {"--register h:1,", "HOST:PORT"},
        {"--exclude 123", "20 hex digits"},
        {"--header nocolon", "a header line"},
        {"--protocol a,b", "a word like"},
        {"--uid=", "a name"},
        {"--secret-key x", "can be read by every user"},
        {"--secret-key=x", "can be read by every user"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_error(cases[i][0], no_env, cases[i][1]);
}

static void a_key_is_in_no_error(void **state)
{
    gwctl_options options;

    (void)state;
    assert_int_equal(load(&options, "--secret-key=hush", no_env), GW_EINVAL);
    assert_null(strstr(options.error, "hush"));
    gwctl_options_deinit(&options);
}

/* The key's file for a file of options, or a line that is not written as one:
 * keys in base64 end in =. */
static void a_line_that_may_be_a_key_is_in_no_error(void **state)
{
    static const char *const lines[] = {
        "aHVzaC1odXNoLWh1c2g=", "secret_key: aHVzaA==", "secret key = x",
        "a_key_of_small_letters_that_is_longer_than_names=", "=hush"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        gwctl_options options;

        gwctl_options_init(&options);
        assert_int_equal(gwctl_options_read_text(&options,
                                                 GWCTL_SOURCE_USER_FILE,
                                                 gw_slice_str(lines[i]), "f"),
                         GW_EINVAL);
        assert_string_equal(options.error,
                            "f:1: unknown option; gwctl --help lists all");
        gwctl_options_deinit(&options);
    }
}

/* In a file or the environment it may be a secret. */
static void a_header_is_in_no_error(void **state)
{
    static char *env[] = {WORD("GWCTL_HEADER=Bearer hush"), NULL};

    (void)state;
    expect_error("", env, "GWCTL_HEADER: not allowed; it takes a header line");
}

static void times_have_fractions(void **state)
{
    gwctl_options options;

    (void)state;
    assert_int_equal(load(&options,
                          "--timeout 0.001 --ping 1.50 --interval "
                          "2.0625",
                          no_env),
                     GW_OK);
    assert_int_equal(options.timeout, 1);
    assert_int_equal(options.ping, 1500);
    assert_int_equal(options.interval, 2062);
    gwctl_options_deinit(&options);
}

static void a_uid_may_have_commas(void **state)
{
    gwctl_options options;

    (void)state;
    assert_int_equal(load(&options, "--uid a,b --uid c", no_env), GW_OK);
    assert_int_equal(options.uids.count, 2);
    assert_string_equal(options.uids.items[0], "a,b");
    gwctl_options_deinit(&options);
}

static void headers_stay_on_their_line(void **state)
{
    (void)state;
    assert_true(gwctl_is_header("Origin: https://example.com"));
    assert_true(gwctl_is_header("X:"));
    assert_false(gwctl_is_header("X: a\r\nY: b"));
    assert_false(gwctl_is_header("X y: a"));
    assert_false(gwctl_is_header(": a"));
    assert_false(gwctl_is_header(""));
}

/* ---- files --------------------------------------------------------------- */

static void lines_of_a_file_that_are_wrong(void **state)
{
    const struct {
        gw_slice text;
        const char *part;
    } cases[] = {
        {LIT("timeout\n"), "f:1: not \"name = value\""},
        {LIT("\n[section]\n"), "f:2: not \"name = value\""},
        {LIT("nothing = 1\n"), "f:1: nothing: unknown option"},
        {LIT("connect-timeout = 1\n"), "f:1: connect-timeout: unknown option"},
        {LIT("timeout = 1\n\ntimeout = 2\n"), "f:3: timeout: given twice"},
        {LIT("timeout = x\n"), "f:1: timeout: \"x\" is not allowed"},
        {LIT("count = 1\n"), "f:1: count: not allowed in a file"},
        {LIT("config = x\n"), "f:1: config: not allowed in a file"},
        {LIT("timeout = 1\0\n"), "f:1: a zero byte"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *copy = exact_copy(cases[i].text);
        gwctl_options options;

        gwctl_options_init(&options);
        assert_int_equal(
            gwctl_options_read_text(&options, GWCTL_SOURCE_USER_FILE,
                                    gw_slice_of(copy, cases[i].text.len), "f"),
            GW_EINVAL);
        if (strstr(options.error, cases[i].part) == NULL)
            fail_msg("%s", options.error);
        gwctl_options_deinit(&options);
        free(copy);
    }
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    gwctl_options options;

    (void)state;
    gwctl_options_init(&options);
    assert_int_equal(
        gwctl_options_read_text(&options, GWCTL_SOURCE_USER_FILE,
                                LIT("\xef\xbb\xbf# written by Notepad\r\n"
                                    "timeout = 3\r\n"),
                                "f"),
        GW_OK);
    assert_int_equal(options.timeout, 3000);
    gwctl_options_deinit(&options);
}

static void the_key_comes_from_a_file_or_the_environment(void **state)
{
    char *path = write_file("secret \r\nmore\n");
    char *empty = write_file("\nx\n");
    char line[100];
    char variable[100];
    char *env[] = {WORD("GWCTL_CONFIG=/dev/null"),
                   WORD("GWCTL_SECRET_KEY=other"), NULL};
    char *both[] = {WORD("GWCTL_CONFIG=/dev/null"),
                    WORD("GWCTL_SECRET_KEY=other"), variable, NULL};
    gwctl_options options;

    (void)state;
    snprintf(line, sizeof(line), "--secret-key-file %s", path);
    snprintf(variable, sizeof(variable), "GWCTL_SECRET_KEY_FILE=%s", path);
    assert_int_equal(load_with_key(&options, line, no_env), GW_OK);
    assert_string_equal(options.secret_key, "secret ");
    gwctl_options_deinit(&options);
    assert_int_equal(load_with_key(&options, line, env), GW_OK);
    assert_string_equal(options.secret_key, "secret ");
    gwctl_options_deinit(&options);
    assert_int_equal(load_with_key(&options, "", env), GW_OK);
    assert_string_equal(options.secret_key, "other");
    gwctl_options_deinit(&options);
    expect_error("", both, "are both set");
    snprintf(line, sizeof(line), "--secret-key-file %s", empty);
    expect_error(line, no_env, "its first line is empty");
    expect_error("--secret-key-file /does/not/exist", no_env, "No such file");
    unlink(path);
    unlink(empty);
    free(path);
    free(empty);
}

static void a_key_file_of_one_endless_line_is_an_error(void **state)
{
    char text[5000];
    char line[100];
    char *path;

    (void)state;
    memset(text, 'k', sizeof(text));
    path = write_bytes(text, sizeof(text));
    snprintf(line, sizeof(line), "--secret-key-file %s", path);
    expect_error(line, no_env, "its first line is too long");
    unlink(path);
    free(path);
}

static void expect_no_text(const char *base, size_t len)
{
    char *path = write_bytes(base, len);
    char line[100];

    snprintf(line, sizeof(line), "--secret-key-file %s", path);
    expect_error(line, no_env, "has a byte order mark or a zero byte");
    unlink(path);
    free(path);
}

static void a_key_file_with_a_mark_or_a_zero_byte_is_an_error(void **state)
{
    static const char marked[] = "\xef\xbb\xbfkey\n";
    static const char utf16[] = "k\0e\0y\0\n";
    static const char big_endian[] = "\0k\0e\0y\0\n";

    (void)state;
    expect_no_text(marked, sizeof(marked) - 1);
    expect_no_text(utf16, sizeof(utf16));
    expect_no_text(big_endian, sizeof(big_endian) - 1);
}

/* ---- headers ------------------------------------------------------------- */

static int load_headers(gwctl_options *options, const char *path)
{
    char line[200];

    snprintf(line, sizeof(line), "--header A:1 --header @%s --header B:2",
             path);
    assert_int_equal(load(options, line, no_env), GW_OK);
    return gwctl_options_load_headers(options);
}

static void headers_come_from_a_file(void **state)
{
    char *path = write_file("Authorization: Bearer hush \r\n\n"
                            "#Old: hush\n  # and a remark\n"
                            "Cookie: a=b#c\nX: last");
    gwctl_options options;

    (void)state;
    assert_int_equal(load_headers(&options, path), GW_OK);
    assert_int_equal(options.headers.count, 5);
    assert_string_equal(options.headers.items[0], "A:1");
    assert_string_equal(options.headers.items[1], "Authorization: Bearer hush");
    assert_string_equal(options.headers.items[2], "Cookie: a=b#c");
    assert_string_equal(options.headers.items[3], "X: last");
    assert_string_equal(options.headers.items[4], "B:2");
    gwctl_options_deinit(&options);
    unlink(path);
    free(path);
}

static void a_file_of_headers_that_is_wrong_is_told(void **state)
{
    char *path = write_file("X: y\nhush hush\n");
    char place[100];
    gwctl_options options;

    (void)state;
    assert_int_equal(load_headers(&options, path), GW_EINVAL);
    snprintf(place, sizeof(place), "header: %s:2: not ", path);
    assert_non_null(strstr(options.error, place));
    assert_null(strstr(options.error, "hush"));
    gwctl_options_deinit(&options);
    assert_int_equal(load_headers(&options, "/does/not/exist"), GW_EINVAL);
    assert_non_null(strstr(options.error, "/does/not/exist: No such file"));
    gwctl_options_deinit(&options);
    expect_error("--header @", no_env, "a header line");
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(words_that_are_no_options_stay),
        cmocka_unit_test(the_higher_source_wins),
        cmocka_unit_test(variables_have_their_names_in_every_locale),
        cmocka_unit_test(the_users_file_is_above_the_systems),
        cmocka_unit_test(the_users_file_is_found),
        cmocka_unit_test(help_needs_no_right_file),
        cmocka_unit_test(values_that_are_not_allowed),
        cmocka_unit_test(a_key_is_in_no_error),
        cmocka_unit_test(a_line_that_may_be_a_key_is_in_no_error),
        cmocka_unit_test(a_header_is_in_no_error),
        cmocka_unit_test(times_have_fractions),
        cmocka_unit_test(a_uid_may_have_commas),
        cmocka_unit_test(headers_stay_on_their_line),
        cmocka_unit_test(lines_of_a_file_that_are_wrong),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(the_key_comes_from_a_file_or_the_environment),
        cmocka_unit_test(a_key_file_of_one_endless_line_is_an_error),
        cmocka_unit_test(a_key_file_with_a_mark_or_a_zero_byte_is_an_error),
        cmocka_unit_test(headers_come_from_a_file),
        cmocka_unit_test(a_file_of_headers_that_is_wrong_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
