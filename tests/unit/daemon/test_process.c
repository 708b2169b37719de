#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/backoff.h"
#include "process/master.h"
#include "process/notify.h"
#include "process/pid_file.h"
#include "process/privileges.h"
#include "process/role.h"
#include "process/sockets.h"

/* ---- back-off ----------------------------------------------------------- */

static void a_process_that_dies_at_once_waits_longer_each_time(void **state)
{
    static const unsigned want[] = {0, 1, 2, 4, 8, 16, 30, 30, 30};
    gwd_backoff backoff = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_int_equal(gwd_backoff_next(&backoff, 1), want[i]);
    for (int i = 0; i < 1000; i++)
        gwd_backoff_next(&backoff, 0);
    assert_int_equal(gwd_backoff_next(&backoff, 0), GWD_BACKOFF_MAX);
}

static void a_long_life_clears_the_account(void **state)
{
    gwd_backoff backoff = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        gwd_backoff_next(&backoff, 0);
    assert_int_equal(gwd_backoff_next(&backoff, GWD_BACKOFF_SHORT), 0);
    assert_int_equal(gwd_backoff_next(&backoff, GWD_BACKOFF_SHORT - 1), 4);
    assert_int_equal(gwd_backoff_next(&backoff, GWD_BACKOFF_LONG), 0);
    assert_int_equal(gwd_backoff_next(&backoff, 0), 0);
    assert_int_equal(gwd_backoff_next(&backoff, 0), 1);
}

/* ---- the service manager ------------------------------------------------ */

static void the_managers_socket_is_a_path_or_an_abstract_name(void **state)
{
    struct sockaddr_un address;
    socklen_t len;

    (void)state;
    assert_true(gwd_notify_address("/run/x", &address, &len));
    assert_int_equal(len, offsetof(struct sockaddr_un, sun_path) + 6);
    assert_string_equal(address.sun_path, "/run/x");
    assert_true(gwd_notify_address("@abc", &address, &len));
    assert_int_equal(len, offsetof(struct sockaddr_un, sun_path) + 4);
    assert_memory_equal(address.sun_path, "\0abc", 4);
}

static void other_names_of_it_are_refused(void **state)
{
    struct sockaddr_un address;
    char text[sizeof(address.sun_path) + 2];
    socklen_t len;

    (void)state;
    assert_false(gwd_notify_address(NULL, &address, &len));
    assert_false(gwd_notify_address("", &address, &len));
    assert_false(gwd_notify_address("/", &address, &len));
    assert_false(gwd_notify_address("relative", &address, &len));
    assert_false(gwd_notify_address("vsock:2:1234", &address, &len));
    memset(text, 'a', sizeof(text));
    text[0] = '/';
    text[sizeof(address.sun_path)] = '\0';
    assert_false(gwd_notify_address(text, &address, &len));
    text[sizeof(address.sun_path) - 1] = '\0';
    assert_true(gwd_notify_address(text, &address, &len));
}

static void what_is_told_arrives(void **state)
{
    char name[64];
    char text[256];
    struct sockaddr_un address;
    socklen_t len;
    ssize_t n;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    (void)state;
    snprintf(name, sizeof(name), "@gwd-test-%ld", (long)getpid());
    assert_true(gwd_notify_address(name, &address, &len));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    gwd_notify("LOST=1"); /* nobody is named yet */
    setenv("NOTIFY_SOCKET", name, 1);
    gwd_notify("READY=%d\nSTATUS=%s", 1, "here");
    n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
    assert_slice_equal(gw_slice_of(text, (size_t)n),
                       LIT("READY=1\nSTATUS=here"));
    gwd_notify_reloading();
    n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
    assert_true(n > 27);
    assert_memory_equal(text, "RELOADING=1\nMONOTONIC_USEC=", 27);
    unsetenv("NOTIFY_SOCKET");
    close(fd);
}

static void the_watchdog_is_for_the_process_that_it_names(void **state)
{
    char own[24];

    (void)state;
    assert_int_equal(gwd_notify_watchdog(), 0);
    setenv("WATCHDOG_USEC", "3000000", 1);
    assert_int_equal(gwd_notify_watchdog(), 1500000);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(gwd_notify_watchdog(), 0);
    snprintf(own, sizeof(own), "%ld", (long)getpid());
    setenv("WATCHDOG_PID", own, 1);
    assert_int_equal(gwd_notify_watchdog(), 1500000);
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

/* ---- pid file ----------------------------------------------------------- */

static char folder[] = "/tmp/gwd-process-XXXXXX";
static char pid_path[64];

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(pid_path, sizeof(pid_path), "%s/pid", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(pid_path);
    return rmdir(folder);
}

static long read_pid(void)
{
    FILE *file = fopen(pid_path, "r");
    long pid = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld\n", &pid), 1);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    return pid;
}

static void the_pid_file_has_our_pid_and_goes_with_us(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    gwd_pid_file file;
    FILE *stale = fopen(pid_path, "w");

    (void)state;
    fputs("123456789012\nmore\n", stale);
    fclose(stale);
    assert_true(gwd_pid_file_take(&file, pid_path, error));
    assert_int_equal(read_pid(), getpid());
    gwd_pid_file_remove(&file);
    assert_int_equal(access(pid_path, F_OK), -1);
    assert_true(gwd_pid_file_take(&file, "", error));
    gwd_pid_file_remove(&file);
}

/* The lock belongs to the open file: another open() meets it, also in the same
 * process. */
static void two_daemons_cannot_hold_it(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    char want[128];
    gwd_pid_file first, second;

    (void)state;
    assert_true(gwd_pid_file_take(&first, pid_path, error));
    assert_false(gwd_pid_file_take(&second, pid_path, error));
    snprintf(want, sizeof(want), "pid_file: %s: gatewayd runs already, pid %ld",
             pid_path, (long)getpid());
    assert_string_equal(error, want);
    gwd_pid_file_remove(&second); /* had nothing */
    assert_int_equal(read_pid(), getpid());
    gwd_pid_file_remove(&first);
    assert_true(gwd_pid_file_take(&second, pid_path, error));
    gwd_pid_file_remove(&second);
}

static void a_childs_end_does_not_unlock_it(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    gwd_pid_file file, other;
    int status;
    pid_t pid;

    (void)state;
    assert_true(gwd_pid_file_take(&file, pid_path, error));
    pid = fork();
    if (pid == 0) {
        gwd_pid_file_forget(&file);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_false(gwd_pid_file_take(&other, pid_path, error));
    gwd_pid_file_remove(&file);
}

/* A lock needs no more than that the file can be read. */
static void nobody_else_can_lock_it(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    gwd_pid_file file;
    struct stat st;

    (void)state;
    assert_true(gwd_pid_file_take(&file, pid_path, error));
    assert_int_equal(stat(pid_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    gwd_pid_file_remove(&file);
}

static void it_is_not_written_where_a_link_leads(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    char other[80];
    gwd_pid_file file;

    (void)state;
    snprintf(other, sizeof(other), "%s.other", pid_path);
    assert_int_equal(symlink(other, pid_path), 0);
    assert_false(gwd_pid_file_take(&file, pid_path, error));
    assert_int_equal(access(other, F_OK), -1);
    unlink(pid_path);
}

static void what_is_no_regular_file_stays(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    char want[128];
    gwd_pid_file file;
    struct stat st;

    (void)state;
    assert_int_equal(mkfifo(pid_path, 0600), 0);
    assert_false(gwd_pid_file_take(&file, pid_path, error));
    snprintf(want, sizeof(want), "pid_file: %s: not a regular file", pid_path);
    assert_string_equal(error, want);
    assert_int_equal(stat(pid_path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(unlink(pid_path), 0);
}

/* Not ours to remove, as its folder is not. */
static void take_and_remove_in_a_folder_of_root(void)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    gwd_pid_file file;
    struct stat st;

    if (!gwd_pid_file_take(&file, pid_path, error))
        _exit(2);
    if (stat(pid_path, &st) < 0 || st.st_size == 0)
        _exit(3);
    gwd_pid_file_remove(&file);
}

static void a_pid_file_that_has_to_stay_names_nobody(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(close(open(pid_path, O_CREAT | O_WRONLY, 0666)), 0);
    assert_int_equal(chmod(pid_path, 0666), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    in_a_child_that_is_nobody(take_and_remove_in_a_folder_of_root);
    assert_int_equal(stat(pid_path, &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(unlink(pid_path), 0);
}

/* As on a disk that is full. */
static void a_pid_that_is_not_written_wholly_leaves_no_file(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    char want[128];
    struct rlimit before, small;
    gwd_pid_file file;
    bool taken;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    taken = gwd_pid_file_take(&file, pid_path, error);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(taken);
    snprintf(want, sizeof(want), "pid_file: %s: No space left on device",
             pid_path);
    assert_string_equal(error, want);
    assert_int_equal(access(pid_path, F_OK), -1);
}

static void a_pid_file_that_cannot_be_made_is_told(void **state)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];
    gwd_pid_file file;

    (void)state;
    assert_false(gwd_pid_file_take(&file, "/dev/null/pid", error));
    assert_string_equal(error, "pid_file: /dev/null/pid: Not a directory");
}

/* ---- privileges --------------------------------------------------------- */

static void unknown_users_and_groups_are_told(void **state)
{
    char error[GWD_PRIVILEGES_ERROR_LEN + 1];
    gwd_privileges who;

    (void)state;
    assert_false(gwd_privileges_find(&who, "no such one", "", error));
    assert_string_equal(error, "user: no such one: there is no such user");
    assert_false(gwd_privileges_find(&who, "", "no such one", error));
    assert_string_equal(error, "group: no such one: there is no such group");
    assert_true(gwd_privileges_find(&who, "", "", error));
    assert_false(who.change);
    assert_true(gwd_privileges_drop(&who, error));
}

/* In a child, because there is no way back. */
static int become_nobody(void)
{
    char error[GWD_PRIVILEGES_ERROR_LEN + 1];
    gwd_privileges who;

    if (!gwd_privileges_find(&who, "nobody", "", error) ||
        !gwd_privileges_drop(&who, error))
        return 1;
    if (geteuid() != who.uid || getegid() != who.gid || setuid(0) == 0)
        return 2;
    /* Who is not root becomes nobody else. */
    if (gwd_privileges_find(&who, "root", "", error))
        return 3;
    return strcmp(error, "user: only root can become another one") == 0 ? 0 : 4;
}

static void root_becomes_another_user_for_good(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        skip();
    pid = fork();
    if (pid == 0)
        _exit(become_nobody());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- sockets ------------------------------------------------------------ */

static void open_with(gwd_options *options, const char **words, int count,
                      gwd_sockets *sockets, char *error)
{
    static const char *const common[] = {"gatewayd", "--register-listen",
                                         "127.0.0.1:0", "--listen",
                                         "websocket://127.0.0.1:0"};
    const char *argv[20];
    int argc = COUNT_OF(common);

    memcpy(argv, common, sizeof(common));
    memcpy(argv + argc, words, (size_t)count * sizeof(*words));
    argv[argc + count] = NULL;
    assert_int_equal(gwd_options_init(options), GW_OK);
    if (gwd_options_read_args(options, argc + count, (char **)argv) < 0)
        fail_msg("%s", options->error);
    error[0] = '\0';
    gwd_sockets_open(sockets, options, error);
}

static void every_process_has_its_own_sockets_on_the_same_ports(void **state)
{
    const char *words[] = {"--workers", "3", "--start-port", "0"};
    char error[GWD_SOCKETS_ERROR_LEN + 1];
    gwd_options options;
    gwd_sockets s;
    gw_buf text;

    (void)state;
    open_with(&options, words, COUNT_OF(words), &s, error);
    assert_string_equal(error, "");
    assert_int_equal(s.gateways, 3);
    for (unsigned i = 1; i < 3; i++) {
        assert_int_not_equal(gwd_sockets_client(&s, i, 0)->fd,
                             gwd_sockets_client(&s, 0, 0)->fd);
        assert_int_equal(gwd_sockets_client(&s, i, 0)->port,
                         gwd_sockets_client(&s, 0, 0)->port);
        assert_int_not_equal(s.inner[i].port, s.inner[0].port);
    }
    gw_buf_init(&text, NULL, 0);
    gwd_sockets_describe(&s, &text);
    gw_buf_put_char(&text, '\0');
    assert_memory_equal(text.base, "websocket://127.0.0.1:", 22);
    assert_non_null(strstr(text.base, ", register 127.0.0.1:"));
    assert_non_null(strstr(text.base, ", inner 127.0.0.1:"));
    gw_buf_deinit(&text);
    gwd_sockets_close(&s);
    gwd_options_deinit(&options);
}

/* Two daemons of one user could share a port without knowing. */
static void a_port_that_another_daemon_shares_is_taken(void **state)
{
    const char *words[] = {"--workers", "2", "--start-port", "0"};
    char error[GWD_SOCKETS_ERROR_LEN + 1];
    gwd_options first_options, options;
    gwd_sockets first, s;
    char address[64], want[128];
    const char *again[] = {"--workers", "2",        "--start-port",
                           "0",         "--listen", address};

    (void)state;
    open_with(&first_options, words, COUNT_OF(words), &first, error);
    assert_string_equal(error, "");
    snprintf(address, sizeof(address), "websocket://127.0.0.1:%u",
             (unsigned)gwd_sockets_client(&first, 0, 0)->port);
    open_with(&options, again, COUNT_OF(again), &s, error);
    snprintf(want, sizeof(want), "cannot listen on %s (listen): %s",
             address + 12, strerror(EADDRINUSE));
    assert_string_equal(error, want);
    gwd_options_deinit(&options);
    gwd_sockets_close(&first);
    gwd_options_deinit(&first_options);
}

static void the_last_ports_must_do_for_all_processes(void **state)
{
    const char *words[] = {"--workers", "3", "--start-port", "65534"};
    char error[GWD_SOCKETS_ERROR_LEN + 1];
    gwd_options options;
    gwd_sockets s;

    (void)state;
    open_with(&options, words, COUNT_OF(words), &s, error);
    assert_string_equal(error, "start_port: 65534 leaves too few ports for 3 "
                               "workers");
    gwd_options_deinit(&options);
}

static void a_name_without_an_address_is_told(void **state)
{
    const char *words[] = {"--lan-ip", "no-such-host.invalid"};
    char error[GWD_SOCKETS_ERROR_LEN + 1];
    gwd_options options;
    gwd_sockets s;

    (void)state;
    open_with(&options, words, COUNT_OF(words), &s, error);
    assert_non_null(strstr(error, "lan_ip: no-such-host.invalid: "));
    gwd_options_deinit(&options);
}

static void processes_have_names(void **state)
{
    const gwd_role gateway = {.gateway = true, .number = 12};
    const gwd_role services = {.services = true};
    char name[GWD_ROLE_NAME_LEN + 1];

    (void)state;
    gwd_role_name(&gateway, name);
    assert_string_equal(name, "gateway 12");
    gwd_role_name(&services, name);
    assert_string_equal(name, "services");
}

/* ---- the master --------------------------------------------------------- */

/* The end comes while it starts: it is ready all the same, and ends. */
static int start_into_the_end(void *arg, const gwd_role *role)
{
    char byte;

    (void)arg;
    kill(getppid(), SIGTERM);
    while (read(role->lifeline, &byte, 1) < 0 && errno == EINTR)
        ;
    _exit(write(role->ready, "r", 1) == 1 ? 0 : 1);
}

static void count_ready(void *arg)
{
    unsigned *count = arg;

    ++*count;
}

static void who_stops_before_all_are_ready_does_not_say_so(void **state)
{
    gwd_options options = {0};
    gwd_sockets sockets = {
        .options = &options, .reg = {.fd = -1}, .status = {.fd = -1}};
    gwd_slots slots;
    unsigned ready = 0;
    const gwd_master_config config = {.sockets = &sockets,
                                      .slots = &slots,
                                      .child = start_into_the_end,
                                      .on_ready = count_ready,
                                      .arg = &ready};

    (void)state;
    assert_int_equal(gwd_slots_init(&slots, 0, true), GW_OK);
    assert_int_equal(gwd_master_run(&config), 0);
    assert_int_equal(ready, 0);
    gwd_slots_deinit(&slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_dies_at_once_waits_longer_each_time),
        cmocka_unit_test(a_long_life_clears_the_account),
        cmocka_unit_test(the_managers_socket_is_a_path_or_an_abstract_name),
        cmocka_unit_test(other_names_of_it_are_refused),
        cmocka_unit_test(what_is_told_arrives),
        cmocka_unit_test(the_watchdog_is_for_the_process_that_it_names),
        cmocka_unit_test(the_pid_file_has_our_pid_and_goes_with_us),
        cmocka_unit_test(two_daemons_cannot_hold_it),
        cmocka_unit_test(a_childs_end_does_not_unlock_it),
        cmocka_unit_test(nobody_else_can_lock_it),
        cmocka_unit_test(it_is_not_written_where_a_link_leads),
        cmocka_unit_test(what_is_no_regular_file_stays),
        cmocka_unit_test(a_pid_file_that_has_to_stay_names_nobody),
        cmocka_unit_test(a_pid_that_is_not_written_wholly_leaves_no_file),
        cmocka_unit_test(a_pid_file_that_cannot_be_made_is_told),
        cmocka_unit_test(unknown_users_and_groups_are_told),
        cmocka_unit_test(root_becomes_another_user_for_good),
        cmocka_unit_test(every_process_has_its_own_sockets_on_the_same_ports),
        cmocka_unit_test(a_port_that_another_daemon_shares_is_taken),
        cmocka_unit_test(the_last_ports_must_do_for_all_processes),
        cmocka_unit_test(a_name_without_an_address_is_told),
        cmocka_unit_test(processes_have_names),
        cmocka_unit_test(who_stops_before_all_are_ready_does_not_say_so),
    };

    return cmocka_run_group_tests_name("process", tests, make_folder,
                                       remove_folder);
}
