/* Options from every source, and what is said about wrong ones. */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "conf/options.h"

static gwd_options options;
static char path[] = "/tmp/gatewayd-options-XXXXXX";

static int setup(void **state)
{
    (void)state;
    return gwd_options_init(&options);
}

static int teardown(void **state)
{
    (void)state;
    gwd_options_deinit(&options);
    return 0;
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_bytes(const char *base, size_t len)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(base, 1, len, file), len);
    fclose(file);
}

static void write_file(const char *text)
{
    write_bytes(text, strlen(text));
}

/* Loads from these, NULL-terminated; arguments without the program's name. */
static int load(char **args, char **env)
{
    char *argv[16] = {(char *)"gatewayd"};
    char *none[] = {NULL};
    int argc = 1;

    for (; args != NULL && args[argc - 1] != NULL; argc++)
        argv[argc] = args[argc - 1];
    return gwd_options_load(&options, argc, argv, env == NULL ? none : env);
}

#define LIST(...)                                                              \
    (char *[])                                                                 \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }

/* ---- defaults ----------------------------------------------------------- */

static void zero_configuration_works(void **state)
{
    (void)state;
    assert_int_equal(load(NULL, NULL), GW_OK);
    assert_int_equal(options.listen.count, 1);
    assert_string_equal(options.listen.items[0], "websocket://0.0.0.0:7272");
    assert_string_equal(options.register_listen, "127.0.0.1:1236");
    assert_int_equal(options.register_address.count, 0);
    assert_int_equal(options.start_port, 2900);
    assert_string_equal(options.lan_ip, "127.0.0.1");
    assert_string_equal(options.inner_listen, "");
    assert_string_equal(options.secret_key, "");
    assert_string_equal(options.greeting,
                        "{\"type\":\"init\",\"client_id\":\"{client_id}\"}");
    assert_int_equal(options.handshake_timeout, 10);
    assert_int_equal(options.max_package_size, 10 * 1024 * 1024);
    assert_int_equal(options.send_to_client_buffer_size, 1024000);
    assert_int_equal(options.log_level, 2);
    assert_false(options.no_register || options.register_only);
    assert_int_equal(options.register_grace, 2);
}

/* ---- sources ------------------------------------------------------------ */

static void the_command_line_wins_then_the_environment(void **state)
{
    char config[64];

    (void)state;
    write_file("[gatewayd]\n; a comment\nstart_port = 1\nlan_ip = 10.0.0.1\n"
               "greeting = from the file\n"
               "listen = websocket://127.0.0.1:1\n"
               "listen = websocket://127.0.0.1:2\n"
               "register_address = a:1\nregister_address = b:1\n");
    snprintf(config, sizeof(config), "--config=%s", path);
    assert_int_equal(load(LIST(config, (char *)"--start-port", (char *)"3",
                               (char *)"--register-address=c:1",
                               (char *)"--register-address", (char *)"d:1"),
                          LIST((char *)"GATEWAYD_START_PORT=2",
                               (char *)"GATEWAYD_LAN_IP=10.0.0.2",
                               (char *)"GATEWAYD_REGISTER_ADDRESS=e:1")),
                     GW_OK);
    assert_int_equal(options.start_port, 3);
    assert_string_equal(options.lan_ip, "10.0.0.2");
    assert_string_equal(options.greeting, "from the file");
    assert_int_equal(options.listen.count, 2);
    assert_string_equal(options.listen.items[1], "websocket://127.0.0.1:2");
    assert_int_equal(options.register_address.count, 2);
    assert_string_equal(options.register_address.items[0], "c:1");
    assert_string_equal(options.register_address.items[1], "d:1");
}

static void expect_texts(const gwd_texts *texts, const char *want)
{
    char got[400] = "";

    for (size_t i = 0; i < texts->count; i++) {
        strncat(got, "|", sizeof(got) - strlen(got) - 1);
        strncat(got, texts->items[i], sizeof(got) - strlen(got) - 1);
    }
    assert_string_equal(got, want);
}

static void commas_separate_values_in_every_source(void **state)
{
    static const char want[] = "|https://a.example|https://b.example|null";
    char config[64];

    (void)state;
    write_file("listen = ws://127.0.0.1:1 binary , wss://127.0.0.1:2\n"
               "listen = text://127.0.0.1:3\n"
               "tls_certificate = /dev/null\ntls_key = /dev/null\n"
               "tls_sni = a.example /dev/null /dev/null,b.example /dev/null "
               "/dev/null\n");
    snprintf(config, sizeof(config), "--config=%s", path);
    assert_int_equal(
        load(LIST(config, (char *)"--trusted-proxies=::1,10.0.0.0/8",
                  (char *)"--trusted-proxies=127.0.0.1"),
             LIST((char *)"GATEWAYD_ALLOWED_ORIGINS=https://a.example, "
                          "https://b.example,null")),
        GW_OK);
    expect_texts(&options.listen, "|ws://127.0.0.1:1 binary|wss://127.0.0.1:2|"
                                  "text://127.0.0.1:3");
    expect_texts(&options.tls_sni, "|a.example /dev/null /dev/null|"
                                   "b.example /dev/null /dev/null");
    expect_texts(&options.trusted_proxies, "|::1|10.0.0.0/8|127.0.0.1");
    expect_texts(&options.allowed_origins, want);
}

static void other_texts_keep_their_commas(void **state)
{
    (void)state;
    assert_int_equal(load(LIST((char *)"--greeting=a, b,",
                               (char *)"--ping-data={\"a\":1,\"b\":2}",
                               (char *)"--ping-interval=1"),
                          LIST((char *)"GATEWAYD_SECRET_KEY=,x,")),
                     GW_OK);
    assert_string_equal(options.greeting, "a, b,");
    assert_string_equal(options.ping_data, "{\"a\":1,\"b\":2}");
    assert_string_equal(options.secret_key, ",x,");
}

static void the_environment_may_name_the_file(void **state)
{
    char config[64];

    (void)state;
    write_file("log_level = debug\n");
    snprintf(config, sizeof(config), "GATEWAYD_CONFIG=%s", path);
    assert_int_equal(load(NULL, LIST(config)), GW_OK);
    assert_int_equal(options.log_level, 3);
}

static void flags_need_no_value_on_the_command_line(void **state)
{
    (void)state;
    assert_int_equal(
        load(LIST((char *)"--register-only", (char *)"--no-register=no"), NULL),
        GW_OK);
    assert_true(options.register_only);
    assert_false(options.no_register);
}

static void flags_have_words_elsewhere(void **state)
{
    static const char *const yes[] = {"yes", "on", "true", "1"};
    static const char *const no[] = {"no", "off", "false", "0"};
    char text[64];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        snprintf(text, sizeof(text), "GATEWAYD_REGISTER_ONLY=%s", yes[i]);
        assert_int_equal(load(NULL, LIST(text)), GW_OK);
        assert_true(options.register_only);
        snprintf(text, sizeof(text), "GATEWAYD_REGISTER_ONLY=%s", no[i]);
        assert_int_equal(load(NULL, LIST(text)), GW_OK);
        assert_false(options.register_only);
    }
}

static void an_empty_greeting_is_one(void **state)
{
    (void)state;
    assert_int_equal(load(LIST((char *)"--greeting", (char *)""), NULL), GW_OK);
    assert_string_equal(options.greeting, "");
    write_file("greeting =\n");
    assert_int_equal(gwd_options_read_file(&options, path), GW_OK);
    assert_string_equal(options.greeting, "");
}

static void an_empty_variable_is_unset(void **state)
{
    char config[64];

    (void)state;
    write_file("secret_key = s3cret\n");
    snprintf(config, sizeof(config), "--config=%s", path);
    assert_int_equal(
        load(
            LIST(config),
            LIST((char *)"GATEWAYD_SECRET_KEY=", (char *)"GATEWAYD_START_PORT=",
                 (char *)"GATEWAYD_LISTEN=", (char *)"GATEWAYD_NO_REGISTER=")),
        GW_OK);
    assert_string_equal(options.secret_key, "s3cret");
    assert_int_equal(options.start_port, 2900);
    assert_int_equal(options.listen.count, 1);
    assert_int_equal(load(NULL, LIST((char *)"GATEWAYD_GREETING=")), GW_OK);
    assert_string_equal(options.greeting, "");
}

/* ---- errors ------------------------------------------------------------- */

static void expect_args_error(char **args, const char *want)
{
    assert_int_equal(load(args, NULL), GW_EINVAL);
    assert_string_equal(options.error, want);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    expect_args_error(LIST((char *)"--start-prot=1"),
                      "unknown option --start-prot; --help lists all");
    expect_args_error(LIST((char *)"--start_port=1"),
                      "unknown option --start_port; --help lists all");
    expect_args_error(LIST((char *)"start"),
                      "unexpected argument \"start\"; --help lists all");
    expect_args_error(LIST((char *)"--start-port"),
                      "--start-port: PORT is missing");
    expect_args_error(LIST((char *)"--start-port=65536"),
                      "--start-port: \"65536\" is not allowed; it takes a "
                      "number from 0 to 65535");
    expect_args_error(LIST((char *)"--start-port", (char *)"-1"),
                      "--start-port: \"-1\" is not allowed; it takes a number "
                      "from 0 to 65535");
    expect_args_error(LIST((char *)"--lan-ip=host:1"),
                      "--lan-ip: \"host:1\" is not allowed; it takes an "
                      "address or host name, no port");
    expect_args_error(LIST((char *)"--listen=http://0.0.0.0:1"),
                      "--listen: \"http://0.0.0.0:1\" is not allowed; it takes "
                      "PROTOCOL://HOST:PORT like websocket://0.0.0.0:7272, "
                      "PROTOCOL being websocket, wss, text, frame or tcp");
    expect_args_error(LIST((char *)"--log-level=loud"),
                      "--log-level: \"loud\" is not allowed; it takes one of "
                      "error, warning, info, debug");
    expect_args_error(LIST((char *)"--register-listen=1236"),
                      "--register-listen: \"1236\" is not allowed; it takes "
                      "HOST:PORT like 10.0.0.5:1236");
    expect_args_error(LIST((char *)"--inner-listen=a:1"),
                      "--inner-listen: \"a:1\" is not allowed; it takes an "
                      "address or host name, no port");
    expect_args_error(LIST((char *)"--no-register=perhaps"),
                      "--no-register: \"perhaps\" is not allowed; it takes yes "
                      "or no");
}

static void lists_have_no_empty_values(void **state)
{
    static const char *const lists[] = {"", ",", "a,", ",a", "a,,b", "a, ,b"};
    char arg[64];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        snprintf(arg, sizeof(arg), "--websocket-protocols=%s", lists[i]);
        expect_args_error(LIST(arg),
                          "--websocket-protocols: \"\" is not allowed; it "
                          "takes a word like mqtt");
    }
    expect_args_error(LIST((char *)"--trusted-proxies=::1,10.0.0.0/33"),
                      "--trusted-proxies: \"10.0.0.0/33\" is not allowed; it "
                      "takes an address or network like 10.0.0.0/8");
}

static void the_key_is_refused_on_the_command_line(void **state)
{
    (void)state;
    assert_int_equal(load(LIST((char *)"--secret-key=hush"), NULL), GW_EINVAL);
    assert_non_null(strstr(options.error, "--secret-key-file"));
    assert_null(strstr(options.error, "hush"));
}

static void wrong_variables_are_named(void **state)
{
    (void)state;
    assert_int_equal(load(NULL, LIST((char *)"GATEWAYD_START_PORT=x")),
                     GW_EINVAL);
    assert_string_equal(options.error,
                        "GATEWAYD_START_PORT: \"x\" is not allowed; it takes a "
                        "number from 0 to 65535");
}

static void expect_file_error(const char *text, const char *want)
{
    gwd_options_deinit(&options);
    assert_int_equal(gwd_options_init(&options), GW_OK);
    assert_int_equal(
        gwd_options_read_text(&options, gw_slice_str(text), "g.ini"),
        GW_EINVAL);
    assert_string_equal(options.error, want);
}

/* The key's file for a file of options: keys in base64 end in =. */
static void a_line_that_may_be_a_key_is_in_no_error(void **state)
{
    static const char *const lines[] = {
        "aHVzaC1odXNoLWh1c2g=", "secret key = x",
        "a_key_of_small_letters_that_is_longer_than_names="};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        expect_file_error(lines[i], "g.ini:1: unknown option; gatewayd --help "
                                    "lists all");
}

static void wrong_lines_are_named(void **state)
{
    (void)state;
    expect_file_error("# comment\n\nstart_port = 70000\n",
                      "g.ini:3: start_port: \"70000\" is not allowed; it takes "
                      "a number from 0 to 65535");
    expect_file_error("start-port = 1",
                      "g.ini:1: start-port: unknown option; gatewayd --help "
                      "lists all");
    expect_file_error("start_port = 1\n\nstart_port = 2\n",
                      "g.ini:3: start_port: given twice");
    expect_file_error("[other]\nstart_port = 1\n",
                      "g.ini:2: unknown section; [gatewayd] or none");
    expect_file_error("lan_ip = 10.0.0.1\nnonsense\nstart_port = x\n",
                      "g.ini:2: not \"key = value\"");
    expect_file_error("help = yes\n", "g.ini:1: help: not allowed in a file");
    expect_file_error("config = x\n", "g.ini:1: config: not allowed in a file");
    expect_file_error("a very long line without any sign of what it means, "
                      "which goes on and on and on and on and on and on and "
                      "on and on and on and on and on and on and on and on and "
                      "on and on and on and on, until at last = there it is",
                      "g.ini:1: not \"key = value\"");
}

static void values_are_never_cut(void **state)
{
    static const char want[] = "g.ini:2: \" ;\" is not allowed in a value; "
                               "comments have lines of their own";

    (void)state;
    expect_file_error("\nsecret_key = a ;b\n", want);
    assert_null(strstr(options.error, "a ;b"));
    expect_file_error("\nsecret_key = ;b\n", want);
    expect_file_error("lan_ip = 10.0.0.1\nstart_port = 1\t; why\n", want);
    assert_int_equal(gwd_options_read_text(&options,
                                           LIT("\xef\xbb\xbf; one ; two\n"
                                               " # three ;\n"
                                               "[gatewayd] ; four\n"
                                               "secret_key = a;b; c#d # e\n"),
                                           "g.ini"),
                     GW_OK);
    assert_string_equal(options.secret_key, "a;b; c#d # e");
}

static void a_zero_byte_is_not_the_end_of_a_value(void **state)
{
    (void)state;
    assert_int_equal(
        gwd_options_read_text(&options, LIT("\nsecret_key = a\0b\n"), "g.ini"),
        GW_EINVAL);
    assert_string_equal(options.error, "g.ini:2: a zero byte is not allowed");
}

/* Longer than the lines that inih takes. */
static void long_values_are_whole(void **state)
{
    static const char *const keys[] = {"greeting", "ping_data",
                                       "tls_certificate"};
    char *const *fields[] = {&options.greeting, &options.ping_data,
                             &options.tls_certificate};
    char text[6000];

    (void)state;
    for (size_t len = 150; len < 5000; len = len < 260 ? len + 1 : len * 3) {
        for (size_t i = 0; i < COUNT_OF(keys); i++) {
            size_t at = (size_t)snprintf(text, sizeof(text),
                                         "# %0200d\n%s = ", 0, keys[i]);

            for (size_t j = 0; j < len; j++)
                text[at + j] = (char)(j % 10 == 9 ? ' ' : '!' + j % 20);
            text[at + len - 1] = 'z';
            memcpy(text + at + len, " \r\n", 4);
            teardown(state);
            setup(state);
            assert_int_equal(
                gwd_options_read_text(&options, gw_slice_str(text), "g.ini"),
                GW_OK);
            assert_int_equal(strlen(*fields[i]), len);
            assert_memory_equal(*fields[i], text + at, len);
        }
    }
}

static void indentation_means_nothing(void **state)
{
    (void)state;
    assert_int_equal(gwd_options_read_text(&options,
                                           LIT("\xef\xbb\xbf[gatewayd]\r\n"
                                               "  greeting = a = b: c\r\n"
                                               "\tstart_port : 7\n"
                                               "   ; a comment\n"
                                               "      lan_ip=10.0.0.1"),
                                           "g.ini"),
                     GW_OK);
    assert_string_equal(options.greeting, "a = b: c");
    assert_int_equal(options.start_port, 7);
    assert_string_equal(options.lan_ip, "10.0.0.1");
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    expect_args_error(LIST((char *)"--config=/no/such/file"),
                      "/no/such/file: No such file or directory");
    expect_args_error(LIST((char *)"--secret-key-file=/no/such/file"),
                      "secret_key_file: /no/such/file: No such file or "
                      "directory");
    expect_args_error(LIST((char *)"--config=/"), "/: Is a directory");
    expect_args_error(LIST((char *)"--secret-key-file=/"),
                      "secret_key_file: /: Is a directory");
    expect_args_error(LIST((char *)"--config=/dev/zero"),
                      "/dev/zero: larger than 1048575 bytes");
}

/* ---- the key ------------------------------------------------------------ */

static void the_key_is_the_first_line_of_its_file(void **state)
{
    char arg[64];

    (void)state;
    write_file("s3cret with blanks \r\nsecond line\n");
    chmod(path, 0600);
    snprintf(arg, sizeof(arg), "--secret-key-file=%s", path);
    assert_int_equal(load(LIST(arg), NULL), GW_OK);
    assert_string_equal(options.secret_key, "s3cret with blanks ");
}

static void an_empty_key_file_is_an_error(void **state)
{
    char arg[64];

    (void)state;
    write_file("\nkey\n");
    snprintf(arg, sizeof(arg), "--secret-key-file=%s", path);
    assert_int_equal(load(LIST(arg), NULL), GW_EINVAL);
}

static void a_key_file_of_one_endless_line_is_an_error(void **state)
{
    char text[5001];

    (void)state;
    memset(text, 'k', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    write_file(text);
    snprintf(text, sizeof(text), "--secret-key-file=%s", path);
    assert_int_equal(load(LIST(text), NULL), GW_EINVAL);
    assert_non_null(strstr(options.error, "its first line is too long"));
}

static void expect_no_text(const char *base, size_t len)
{
    char arg[64];

    write_bytes(base, len);
    snprintf(arg, sizeof(arg), "--secret-key-file=%s", path);
    assert_int_equal(load(LIST(arg), NULL), GW_EINVAL);
    assert_non_null(strstr(options.error, "has a byte order mark or a zero "));
}

static void a_key_file_with_a_mark_or_a_zero_byte_is_an_error(void **state)
{
    static const char marked[] = "\xef\xbb\xbfkey\n";
    static const char utf16[] = "k\0e\0y\0\n";
    static const char big_endian[] = "\0k\0e\0y\0\n";

    (void)state;
    expect_no_text(marked, sizeof(marked) - 1);
    teardown(state);
    setup(state);
    expect_no_text(utf16, sizeof(utf16));
    teardown(state);
    setup(state);
    expect_no_text(big_endian, sizeof(big_endian) - 1);
}

static void a_key_that_nobody_can_send_is_an_error(void **state)
{
    char *bad[] = {(char *)"GATEWAYD_SECRET_KEY=a\xff", NULL};
    char *good[] = {(char *)"GATEWAYD_SECRET_KEY=\xc3\xa4", NULL};

    (void)state;
    assert_int_equal(load(NULL, bad), GW_EINVAL);
    assert_string_equal(options.error, "the secret key is not UTF-8");
    teardown(state);
    setup(state);
    assert_int_equal(load(NULL, good), GW_OK);
    assert_string_equal(options.secret_key, "\xc3\xa4");
}

static void expect_no_key(char **args, char **env)
{
    teardown(NULL);
    setup(NULL);
    assert_int_equal(load(args, env), GW_EINVAL);
    assert_string_equal(options.error,
                        "the secret key is \"0\", which PHP takes for none");
}

static void a_key_that_is_none_in_php_is_an_error(void **state)
{
    char arg[64];

    (void)state;
    expect_no_key(NULL, LIST((char *)"GATEWAYD_SECRET_KEY=0"));
    write_file("secret_key = 0\n");
    snprintf(arg, sizeof(arg), "--config=%s", path);
    expect_no_key(LIST(arg), NULL);
    write_file("0\n");
    snprintf(arg, sizeof(arg), "--secret-key-file=%s", path);
    expect_no_key(LIST(arg), NULL);
    teardown(state);
    setup(state);
    assert_int_equal(load(NULL, LIST((char *)"GATEWAYD_SECRET_KEY=00")), GW_OK);
}

static void one_key_is_enough(void **state)
{
    char arg[64];

    (void)state;
    write_file("key\n");
    snprintf(arg, sizeof(arg), "--secret-key-file=%s", path);
    assert_int_equal(load(LIST(arg), LIST((char *)"GATEWAYD_SECRET_KEY=hush")),
                     GW_EINVAL);
    assert_null(strstr(options.error, "hush"));
}

static void the_key_may_come_from_the_environment(void **state)
{
    (void)state;
    assert_int_equal(load(NULL, LIST((char *)"GATEWAYD_SECRET_KEY=hush")),
                     GW_OK);
    assert_string_equal(options.secret_key, "hush");
}

/* ---- the table ---------------------------------------------------------- */

static void help_names_every_option_and_default(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    gwd_options_help(out);
    fclose(out);
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];
        char name[64];

        snprintf(name, sizeof(name), "--%s", option->key);
        for (char *p = name; *p != '\0'; p++)
            *p = *p == '_' ? '-' : *p;
        if (!(option->flags & GWD_OPTION_SECRET))
            assert_non_null(strstr(text, name));
        if (option->preset != NULL && option->type != GWD_OPTION_FLAG)
            assert_non_null(strstr(text, option->preset));
    }
    for (int i = 0; i < GWD_OPTION_SUBJECTS; i++)
        assert_non_null(strstr(text, gwd_option_subjects[i]));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(strlen(line) < 80);
    free(text);
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];

        assert_non_null(option->key);
        assert_non_null(option->help);
        assert_ptr_equal(gwd_option_find(gw_slice_str(option->key), '_'),
                         option);
        assert_int_equal(option->type == GWD_OPTION_FLAG,
                         option->argument == NULL);
        assert_int_equal(option->type == GWD_OPTION_CHOICE,
                         option->words != NULL);
        assert_true(strlen(option->key) + strlen(GWD_OPTION_ENV_PREFIX) <=
                    GWD_OPTION_NAME_LEN);
        /* Subjects stay together. */
        if (i > 0)
            assert_true(option->subject >= option[-1].subject);
    }
}

/* ---- two sets of options ------------------------------------------------ */

static void a_copy_is_the_same(void **state)
{
    gwd_options copy;

    (void)state;
    write_file("listen = ws://127.0.0.1:1, ws://127.0.0.1:2\nrouter = random\n"
               "no_register = yes\nregister_address = a.example:1\n"
               "start_port = 7\ngreeting =\nsecret_key = k\n");
    assert_int_equal(gwd_options_read_file(&options, path), GW_OK);
    assert_int_equal(gwd_options_init(&copy), GW_OK);
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];
        bool given = options.source[i] == GWD_SOURCE_FILE;

        assert_int_equal(gwd_option_same(option, &options, &copy), !given);
        assert_int_equal(gwd_option_copy(option, &copy, &options), GW_OK);
        assert_true(gwd_option_same(option, &options, &copy));
        assert_int_equal(copy.source[i], options.source[i]);
    }
    gwd_options_deinit(&copy);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(zero_configuration_works),
        TEST(the_command_line_wins_then_the_environment),
        TEST(commas_separate_values_in_every_source),
        TEST(other_texts_keep_their_commas),
        TEST(the_environment_may_name_the_file),
        TEST(flags_need_no_value_on_the_command_line),
        TEST(flags_have_words_elsewhere),
        TEST(an_empty_greeting_is_one),
        TEST(an_empty_variable_is_unset),
        TEST(wrong_arguments_are_named),
        TEST(lists_have_no_empty_values),
        TEST(the_key_is_refused_on_the_command_line),
        TEST(wrong_variables_are_named),
        TEST(a_line_that_may_be_a_key_is_in_no_error),
        TEST(wrong_lines_are_named),
        TEST(values_are_never_cut),
        TEST(a_zero_byte_is_not_the_end_of_a_value),
        TEST(long_values_are_whole),
        TEST(indentation_means_nothing),
        TEST(a_missing_file_is_named),
        TEST(the_key_is_the_first_line_of_its_file),
        TEST(an_empty_key_file_is_an_error),
        TEST(a_key_file_of_one_endless_line_is_an_error),
        TEST(a_key_file_with_a_mark_or_a_zero_byte_is_an_error),
        TEST(a_key_that_nobody_can_send_is_an_error),
        TEST(a_key_that_is_none_in_php_is_an_error),
        TEST(one_key_is_enough),
        TEST(the_key_may_come_from_the_environment),
        TEST(help_names_every_option_and_default),
        TEST(every_row_is_whole),
        TEST(a_copy_is_the_same),
    };

    return cmocka_run_group_tests_name("options", tests, make_file,
                                       remove_file);
}
