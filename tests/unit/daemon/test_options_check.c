/* Options that do not fit together, and loading them anew. */
#include "support.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/options.h"

static char folder[] = "/tmp/gatewayd-check-XXXXXX";
static char file[64]; /* in it: the options */
static char key_file[64];
static gwd_options options;

static int setup(void **state)
{
    (void)state;
    return gwd_options_init(&options);
}

static int teardown(void **state)
{
    (void)state;
    gwd_options_deinit(&options);
    unlink(file);
    unlink(key_file);
    return 0;
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(file, sizeof(file), "%s/options", folder);
    snprintf(key_file, sizeof(key_file), "%s/key", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void write_to(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    assert_int_equal(chmod(path, 0600), 0);
}

/* ---- what fits ---------------------------------------------------------- */

/* Checks a file's text. */
static int check(const char *text)
{
    gwd_options_deinit(&options);
    assert_int_equal(gwd_options_init(&options), GW_OK);
    assert_int_equal(
        gwd_options_read_text(&options, gw_slice_str(text), "g.ini"), GW_OK);
    return gwd_options_check(&options);
}

static void expect_error(const char *text, const char *want)
{
    assert_int_equal(check(text), GW_EINVAL);
    assert_string_equal(options.error, want);
}

static void expect_good(const char *text)
{
    if (check(text) != GW_OK)
        fail_msg("%s", options.error);
}

static void roles(void **state)
{
    (void)state;
    expect_error("no_register = yes\nregister_only = yes\n",
                 "no_register and register_only leave nothing to run");
    expect_error("no_register = yes\n",
                 "no_register needs a register_address: without a Register no "
                 "application finds this gateway");
    expect_error("register_only = yes\nworkers = 2\n",
                 "workers: 2 is not allowed with register_only: a Register is "
                 "one process");
    expect_error("register_address = a.example:0\n",
                 "register_address: a.example:0 is not allowed; nobody can "
                 "connect to port 0");
    expect_good("no_register = yes\nregister_address = a.example:1236\n");
    expect_good("register_only = yes\n");
}

static void lan_ip_is_where_others_connect(void **state)
{
    (void)state;
    expect_error("lan_ip = 0.0.0.0\n",
                 "lan_ip: 0.0.0.0 is no address that applications can connect "
                 "to; to listen on every address set inner_listen to 0.0.0.0");
    expect_error("lan_ip = [::1]\n",
                 "lan_ip: [::1] is not allowed; client_ids have room for an "
                 "IPv4 address only");
    expect_good("lan_ip = gateway-1.example\ninner_listen = 0.0.0.0\n");
}

static void the_inner_port_takes_the_lan_ip(void **state)
{
    (void)state;
    expect_error("inner_listen = [::]\n",
                 "inner_listen: [::] takes no IPv4, but lan_ip is 127.0.0.1; "
                 "set inner_listen to 0.0.0.0");
    expect_error("inner_listen = [fd00::2]\nlan_ip = 10.0.0.2\n",
                 "inner_listen: [fd00::2] takes no IPv4, but lan_ip is "
                 "10.0.0.2; set inner_listen to 0.0.0.0");
    expect_good("inner_listen = [::]\nlan_ip = gateway-1.example\n");
    expect_good("inner_listen = gateway-1.example\nlan_ip = 10.0.0.2\n");
    expect_good("inner_listen = 0.0.0.0\n");
    /* Nobody listens there. */
    expect_good("inner_listen = [::]\nregister_only = yes\n");
}

static void every_worker_has_a_port(void **state)
{
    (void)state;
    expect_error("start_port = 65530\nworkers = 7\n",
                 "start_port: 65530 is not allowed with 7 workers, each of "
                 "which has a port of its own; at most 65529");
    expect_good("start_port = 65530\nworkers = 6\n");
    expect_good("start_port = 65535\n");
    expect_good("start_port = 0\nworkers = 256\n");
}

static void a_heartbeat_has_an_interval(void **state)
{
    (void)state;
    expect_error("ping_data = x\n", "ping_data does nothing without a "
                                    "ping_interval of at least 1");
    expect_error("ping_not_response_limit = 1\nping_interval = 0\n",
                 "ping_not_response_limit does nothing without a "
                 "ping_interval of at least 1");
    expect_good("ping_data = x\nping_not_response_limit = 1\n"
                "ping_interval = 55\n");
    expect_good("ping_interval = 55\n");
}

static void users_and_groups_exist(void **state)
{
    char text[200];

    (void)state;
    expect_error("user = no-such-user\n",
                 "user: there is no user named \"no-such-user\"");
    expect_error("group = no-such-group\n",
                 "group: there is no group named \"no-such-group\"");
    snprintf(text, sizeof(text), "user = %s\ngroup = %s\n",
             getpwuid(0)->pw_name, getgrgid(0)->gr_name);
    expect_good(text);
    snprintf(text, sizeof(text), "group = %s\n", getgrgid(0)->gr_name);
    expect_good(text);
}

static void written_files_have_absolute_names(void **state)
{
    (void)state;
    expect_error("log_target = gatewayd.log\n",
                 "log_target: \"gatewayd.log\" is not allowed; it takes "
                 "stderr, syslog, or a file name that begins with /");
    expect_error("log_target =\n",
                 "log_target: \"\" is not allowed; it takes stderr, syslog, or "
                 "a file name that begins with /");
    expect_error("pid_file = run/gatewayd.pid\n",
                 "pid_file: \"run/gatewayd.pid\" is not allowed; it takes a "
                 "file name that begins with /");
    expect_good("log_target = syslog\npid_file = /run/gatewayd.pid\n");
    expect_good("log_target = /var/log/gatewayd.log\n");
}

/* ---- TLS ---------------------------------------------------------------- */

static void tls_needs_a_certificate_and_its_key(void **state)
{
    (void)state;
    expect_error("listen = ws://127.0.0.1:1, wss://127.0.0.1:2\n",
                 "listen: wss://127.0.0.1:2 needs tls_certificate and tls_key");
    expect_error("tls_key = /dev/null\n",
                 "tls_key is set without tls_certificate");
    expect_error("tls_certificate = /dev/null\n",
                 "tls_certificate is set without tls_key");
    expect_good("listen = tcp+tls://127.0.0.1:1\n"
                "tls_certificate = /dev/null\ntls_key = /dev/null\n");
    expect_good("tls_certificate = /dev/null\ntls_key = /dev/null\n");
    expect_good("register_only = yes\nlisten = wss://127.0.0.1:1\n");
}

static void tls_files_can_be_read(void **state)
{
    (void)state;
    expect_error("tls_certificate = /no/such/c\ntls_key = /dev/null\n",
                 "tls_certificate: /no/such/c: No such file or directory");
    expect_error("tls_certificate = /dev/null\ntls_key = /no/such/k\n",
                 "tls_key: /no/such/k: No such file or directory");
    expect_error("tls_certificate = /dev/null\ntls_key = /\n",
                 "tls_key: /: Is a directory");
    expect_error("tls_sni = a.example /dev/null /dev/null, b.example "
                 "/dev/null /no/such/k\n",
                 "tls_sni: /no/such/k: No such file or directory");
}

static void load_a_key_for_others(void)
{
    char want[200];
    char text[200];

    snprintf(text, sizeof(text), "tls_certificate = /dev/null\ntls_key = %s\n",
             key_file);
    snprintf(want, sizeof(want), "tls_key: %s: Permission denied", key_file);
    if (check(text) != GW_EINVAL || strcmp(options.error, want) != 0)
        _exit(2);
}

static void tls_keys_of_others_are_named(void **state)
{
    (void)state;
    write_to(key_file, "k\n");
    assert_int_equal(chmod(key_file, 0), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    in_a_child_that_is_nobody(load_a_key_for_others);
}

/* ---- ports -------------------------------------------------------------- */

static void ports_are_taken_once(void **state)
{
    (void)state;
    expect_error("listen = ws://127.0.0.1:7000, text://127.0.0.1:7000\n",
                 "listen ws://127.0.0.1:7000 and listen text://127.0.0.1:7000 "
                 "are the same port");
    expect_error("listen = ws://0.0.0.0:1236\n",
                 "listen ws://0.0.0.0:1236 and register_listen 127.0.0.1:1236 "
                 "are the same port");
    expect_error("status_listen = 127.0.0.1:2900\n",
                 "start_port 2900 on 127.0.0.1 and status_listen "
                 "127.0.0.1:2900 are the same port");
    expect_error("workers = 4\nlisten = ws://[::]:1\n"
                 "lan_ip = 10.0.0.1\ninner_listen = 0.0.0.0\n"
                 "status_listen = 127.0.0.1:2903\n",
                 "start_port 2900 to 2903 on 0.0.0.0 and status_listen "
                 "127.0.0.1:2903 are the same port");
    expect_error("listen = ws://[::1]:7, ws://[0:0::1]:7\n",
                 "listen ws://[::1]:7 and listen ws://[0:0::1]:7 are the same "
                 "port");
    expect_error("lan_ip = A.example\nlisten = ws://a.example:2900\n",
                 "listen ws://a.example:2900 and start_port 2900 on A.example "
                 "are the same port");
    expect_error("register_listen = [::1]:2900\ninner_listen = [::]\n"
                 "lan_ip = a.example\n",
                 "start_port 2900 on [::] and register_listen [::1]:2900 are "
                 "the same port");
}

static void other_ports_are_left_alone(void **state)
{
    (void)state;
    expect_good("listen = ws://0.0.0.0:7, ws://[::]:7\n");
    expect_good("listen = ws://10.0.0.1:7, ws://10.0.0.2:7\n");
    expect_good("listen = ws://127.0.0.1:0, text://127.0.0.1:0\n"
                "start_port = 0\nstatus_listen = 127.0.0.1:0\n"
                "register_listen = 127.0.0.1:0\n");
    expect_good("workers = 4\nlisten = ws://127.0.0.1:2904\n");
    /* Nobody listens there. */
    expect_good("register_only = yes\nregister_listen = 127.0.0.1:7272\n");
    expect_good("no_register = yes\nregister_address = a.example:1\n"
                "listen = ws://127.0.0.1:1236\n");
}

/* ---- loading anew ------------------------------------------------------- */

static char config_arg[80];
static char *args[] = {(char *)"gatewayd", config_arg, NULL};
static char *env[] = {(char *)"GATEWAYD_MAX_CONNECTIONS=5", NULL};

/* Starts with `text` in the file. */
static void start_with(const char *text)
{
    snprintf(config_arg, sizeof(config_arg), "--config=%s", file);
    write_to(file, text);
    if (gwd_options_load(&options, 2, args, env) != GW_OK)
        fail_msg("%s", options.error);
}

static int reload(gwd_options *fresh, gwd_options_changes *changes)
{
    return gwd_options_reload(&options, fresh, 2, args, env, changes);
}

static void put_keys(char *out, size_t size, const gwd_option *const *list,
                     size_t count)
{
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strncat(out, list[i]->key, size - strlen(out) - 1);
        strncat(out, " ", size - strlen(out) - 1);
    }
}

static void expect_changes(const gwd_options_changes *changes,
                           const char *reloaded, const char *restart)
{
    char keys[300];

    put_keys(keys, sizeof(keys), changes->reloaded, changes->reloaded_count);
    assert_string_equal(keys, reloaded);
    put_keys(keys, sizeof(keys), changes->restart, changes->restart_count);
    assert_string_equal(keys, restart);
}

static void what_is_the_same_is_no_change(void **state)
{
    gwd_options_changes changes;
    gwd_options fresh;

    (void)state;
    start_with("lan_ip = 10.0.0.1\nlisten = ws://127.0.0.1:1, "
               "ws://127.0.0.1:2\nmax_connections = 9\n");
    write_to(file, "listen = ws://127.0.0.1:1\nlisten = ws://127.0.0.1:2\n"
                   "max_connections = 10\nlan_ip = 10.0.0.1\n"
                   "log_level = info\n");
    assert_int_equal(reload(&fresh, &changes), GW_OK);
    expect_changes(&changes, "", "");
    assert_int_equal(fresh.max_connections, 5);
    gwd_options_deinit(&fresh);
}

static void changes_take_effect_or_wait(void **state)
{
    gwd_options_changes changes;
    gwd_options fresh;

    (void)state;
    start_with("listen = ws://127.0.0.1:1, ws://127.0.0.1:2\n"
               "allowed_origins = https://a.example\nlog_level = debug\n"
               "start_port = 3000\nno_register = no\nping_interval = 9\n"
               "ping_data = old\n");
    write_to(file, "listen = ws://127.0.0.1:3\ngreeting =\n"
                   "allowed_origins = https://b.example, null\n"
                   "register_address = a.example:1\nno_register = yes\n"
                   "ping_interval = 10\nstart_port = 3000\nping_data = new\n");
    for (int i = 0; i < 2; i++) { /* what waits is told again */
        assert_int_equal(reload(&fresh, &changes), GW_OK);
        expect_changes(&changes,
                       i == 0 ? "allowed_origins greeting log_level " : "",
                       "listen register_address no_register ping_interval "
                       "ping_data ");
        assert_int_equal(fresh.allowed_origins.count, 2);
        assert_string_equal(fresh.allowed_origins.items[1], "null");
        assert_string_equal(fresh.greeting, "");
        assert_int_equal(fresh.log_level, 2);
        assert_int_equal(fresh.listen.count, 2);
        assert_string_equal(fresh.listen.items[1], "ws://127.0.0.1:2");
        assert_int_equal(fresh.register_address.count, 0);
        assert_false(fresh.no_register);
        assert_int_equal(fresh.ping_interval, 9);
        assert_string_equal(fresh.ping_data, "old");
        gwd_options_deinit(&options);
        options = fresh;
    }
}

static void expect_reload_error(const char *text, const char *want)
{
    gwd_options_changes changes;
    char error[600];
    gwd_options fresh;

    write_to(file, text);
    assert_int_equal(reload(&fresh, &changes), GW_EINVAL);
    snprintf(error, sizeof(error), "%s", fresh.error);
    if (strncmp(error, file, strlen(file)) == 0)
        memmove(error, error + strlen(file), strlen(error + strlen(file)) + 1);
    assert_string_equal(error, want);
    expect_changes(&changes, "", "");
    gwd_options_deinit(&fresh);
    /* All is as it was. */
    assert_string_equal(options.lan_ip, "10.0.0.1");
    assert_string_equal(options.greeting, "hello");
    assert_int_equal(options.listen.count, 1);
}

static void wrong_options_change_nothing(void **state)
{
    gwd_options_changes changes;
    gwd_options fresh;
    char want[100];

    (void)state;
    start_with("lan_ip = 10.0.0.1\ngreeting = hello\n");
    expect_reload_error("lan_ip = 10.0.0.2\ngreeting = other\nstart_port = x\n",
                        ":3: start_port: \"x\" is not allowed; it takes a "
                        "number from 0 to 65535");
    expect_reload_error("greeting = other\nping_data = x\n",
                        "ping_data does nothing without a ping_interval of at "
                        "least 1");
    expect_reload_error("nonsense\n", ":1: not \"key = value\"");
    unlink(file);
    assert_int_equal(reload(&fresh, &changes), GW_EINVAL);
    snprintf(want, sizeof(want), "%s: No such file or directory", file);
    assert_string_equal(fresh.error, want);
    gwd_options_deinit(&fresh);
}

/* Both files are right, but not the mixture that would run. */
static void what_waits_must_fit_to_what_does_not(void **state)
{
    gwd_options_changes changes;
    gwd_options fresh;

    (void)state;
    start_with("listen = wss://127.0.0.1:1\ntls_certificate = /dev/null\n"
               "tls_key = /dev/null\n");
    write_to(file, "listen = ws://127.0.0.1:1\n");
    assert_int_equal(reload(&fresh, &changes), GW_EINVAL);
    assert_string_equal(fresh.error,
                        "this change needs a restart: listen: "
                        "wss://127.0.0.1:1 needs tls_certificate and tls_key");
    expect_changes(&changes, "", "");
    gwd_options_deinit(&fresh);
}

static void expect_refused_pipe(const char *path)
{
    gwd_options_changes changes;
    gwd_options fresh;
    char want[120];

    assert_int_equal(reload(&fresh, &changes), GW_EINVAL);
    snprintf(want, sizeof(want),
             "config: %s is a pipe, which was read at the start", path);
    assert_string_equal(fresh.error, want);
    expect_changes(&changes, "", "");
    gwd_options_deinit(&fresh);
    assert_string_equal(options.greeting, "hello");
}

/* Opening it would wait for a writer. */
static void a_pipe_with_a_name_is_left_alone(void **state)
{
    (void)state;
    start_with("greeting = hello\n");
    unlink(file);
    assert_int_equal(mkfifo(file, 0600), 0);
    expect_refused_pipe(file);
}

/* --config <(…): there is nothing in it any more, and nothing would be all
 * defaults. */
static void a_pipe_that_was_read_is_no_empty_file(void **state)
{
    static const char text[] = "greeting = hello\n";
    char path[32];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
    snprintf(config_arg, sizeof(config_arg), "--config=%s", path);
    assert_int_equal(gwd_options_load(&options, 2, args, env), GW_OK);
    assert_string_equal(options.greeting, "hello");
    expect_refused_pipe(path);
    close(ends[0]);
}

static void no_file_at_all_may_be_loaded_anew(void **state)
{
    gwd_options_changes changes;
    gwd_options fresh;

    (void)state;
    snprintf(config_arg, sizeof(config_arg), "--config=/dev/null");
    assert_int_equal(gwd_options_load(&options, 2, args, env), GW_OK);
    assert_int_equal(reload(&fresh, &changes), GW_OK);
    expect_changes(&changes, "", "");
    gwd_options_deinit(&fresh);
}

/* ---- the key, loaded anew ----------------------------------------------- */

static void start_with_key(const char *key)
{
    char text[200];

    write_to(key_file, key);
    snprintf(text, sizeof(text), "secret_key_file = %s\n", key_file);
    start_with(text);
}

static void a_key_waits_for_the_restart(void **state)
{
    gwd_options_changes changes;
    gwd_options fresh;

    (void)state;
    start_with_key("old\n");
    write_to(key_file, "new\n");
    assert_int_equal(reload(&fresh, &changes), GW_OK);
    expect_changes(&changes, "", "secret_key ");
    assert_string_equal(fresh.secret_key, "old");
    gwd_options_deinit(&fresh);
}

static void a_key_that_is_gone_stays(void **state)
{
    gwd_options_changes changes;
    gwd_options fresh;

    (void)state;
    start_with_key("old\n");
    unlink(key_file);
    assert_int_equal(reload(&fresh, &changes), GW_OK);
    expect_changes(&changes, "", "");
    assert_string_equal(fresh.secret_key, "old");
    gwd_options_deinit(&fresh);
    /* A pipe without a writer does not hold it up. */
    assert_int_equal(mkfifo(key_file, 0600), 0);
    assert_int_equal(reload(&fresh, &changes), GW_OK);
    assert_string_equal(fresh.secret_key, "old");
    gwd_options_deinit(&fresh);
    write_to(file, "secret_key_file = /no/such/key\n");
    assert_int_equal(reload(&fresh, &changes), GW_EINVAL);
    assert_string_equal(fresh.error, "secret_key_file: /no/such/key: No such "
                                     "file or directory");
    gwd_options_deinit(&fresh);
}

static void the_token_of_the_status_pages_is_like_the_key(void **state)
{
    char text[200];
    gwd_options_changes changes;
    gwd_options fresh;

    (void)state;
    write_to(key_file, "old\n");
    snprintf(text, sizeof(text), "status_token_file = %s\n", key_file);
    start_with(text);
    assert_string_equal(options.status_token, "old");
    write_to(key_file, "new\n");
    assert_int_equal(reload(&fresh, &changes), GW_OK);
    expect_changes(&changes, "", "status_token ");
    assert_string_equal(fresh.status_token, "old");
    gwd_options_deinit(&fresh);
    unlink(key_file);
    assert_int_equal(reload(&fresh, &changes), GW_OK);
    expect_changes(&changes, "", "");
    assert_string_equal(fresh.status_token, "old");
    gwd_options_deinit(&fresh);
}

static void keep_what_was_roots(size_t waiting)
{
    gwd_options_changes changes;
    gwd_options fresh;

    if (reload(&fresh, &changes) != GW_OK)
        _exit(2);
    if (strcmp(fresh.secret_key, "old") != 0 ||
        changes.restart_count != waiting)
        _exit(3);
    gwd_options_deinit(&fresh);
}

static void reload_what_was_roots(void)
{
    keep_what_was_roots(0);
}

static void reload_another_name_of_it(void)
{
    keep_what_was_roots(1);
}

static void files_of_root_do_not_prevent_it(void **state)
{
    char text[300];

    (void)state;
    write_to(key_file, "old\n");
    snprintf(text, sizeof(text),
             "secret_key_file = %s\ntls_certificate = /dev/null\n"
             "tls_key = %s\n",
             key_file, key_file);
    start_with(text);
    assert_int_equal(chmod(key_file, 0), 0);
    assert_int_equal(chmod(file, 0644), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    in_a_child_that_is_nobody(reload_what_was_roots);
    /* Another name of the key's: the next start reads it. */
    snprintf(text, sizeof(text),
             "secret_key_file = %s/./key\ntls_certificate = /dev/null\n"
             "tls_key = %s\n",
             folder, key_file);
    write_to(file, text);
    assert_int_equal(chmod(file, 0644), 0);
    in_a_child_that_is_nobody(reload_another_name_of_it);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(roles),
        TEST(lan_ip_is_where_others_connect),
        TEST(the_inner_port_takes_the_lan_ip),
        TEST(every_worker_has_a_port),
        TEST(a_heartbeat_has_an_interval),
        TEST(users_and_groups_exist),
        TEST(written_files_have_absolute_names),
        TEST(tls_needs_a_certificate_and_its_key),
        TEST(tls_files_can_be_read),
        TEST(tls_keys_of_others_are_named),
        TEST(ports_are_taken_once),
        TEST(other_ports_are_left_alone),
        TEST(what_is_the_same_is_no_change),
        TEST(changes_take_effect_or_wait),
        TEST(wrong_options_change_nothing),
        TEST(what_waits_must_fit_to_what_does_not),
        TEST(a_pipe_with_a_name_is_left_alone),
        TEST(a_pipe_that_was_read_is_no_empty_file),
        TEST(no_file_at_all_may_be_loaded_anew),
        TEST(a_key_waits_for_the_restart),
        TEST(a_key_that_is_gone_stays),
        TEST(the_token_of_the_status_pages_is_like_the_key),
        TEST(files_of_root_do_not_prevent_it),
    };

    return cmocka_run_group_tests_name("options_check", tests, make_folder,
                                       remove_folder);
}
