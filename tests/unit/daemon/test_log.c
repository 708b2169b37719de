#include "support.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "core/log_line.h"
#include "core/system_log.h"

#define TIME "2026-01-31T12:00:00.123Z"

static char line[GWD_LOG_LINE_MAX];

static gw_slice text_of(gwd_log_format format, const char *process,
                        gw_slice message)
{
    size_t len =
        gwd_log_line(line, "", format, TIME, GWD_LOG_WARNING, process, message);

    assert_true(len <= sizeof(line));
    return gw_slice_of(line, len);
}

static void a_line_has_time_level_process_and_text(void **state)
{
    (void)state;
    assert_slice_equal(text_of(GWD_LOG_TEXT, "", LIT("it happened")),
                       LIT(TIME " warning: it happened\n"));
    assert_slice_equal(text_of(GWD_LOG_TEXT, "gateway 1", LIT("it happened")),
                       LIT(TIME " warning: [gateway 1] it happened\n"));
}

static void no_control_character_gets_into_a_text_line(void **state)
{
    (void)state;
    assert_slice_equal(text_of(GWD_LOG_TEXT, "", LIT("a\nb\x1b[0m\0\x7f\tz")),
                       LIT(TIME " warning: a?b?[0m???z\n"));
}

static void syslog_has_its_own_time_and_level(void **state)
{
    size_t len = gwd_log_line(line, "", GWD_LOG_TEXT, NULL, GWD_LOG_INFO,
                              "master", LIT("up"));

    (void)state;
    assert_slice_equal(gw_slice_of(line, len), LIT("[master] up\n"));
}

#define HEAD                                                                   \
    "{\"time\":\"" TIME "\",\"level\":\"warning\",\"process\":\"gatewayd\","   \
    "\"message\":\""

static void a_json_line_is_one_object(void **state)
{
    (void)state;
    assert_slice_equal(text_of(GWD_LOG_JSON, "", LIT("it \"is\" \\ so")),
                       LIT(HEAD "it \\\"is\\\" \\\\ so\"}\n"));
    assert_slice_equal(text_of(GWD_LOG_JSON, "", LIT("a\nb\0\x1b\x7f")),
                       LIT(HEAD "a\\u000ab\\u0000\\u001b\\u007f\"}\n"));
    assert_slice_equal(text_of(GWD_LOG_JSON, "", LIT("")), LIT(HEAD "\"}\n"));
}

static void json_replaces_what_is_not_utf8(void **state)
{
    (void)state;
    assert_slice_equal(
        text_of(GWD_LOG_JSON, "", LIT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")),
        LIT(HEAD "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}\n"));
    assert_slice_equal(text_of(GWD_LOG_JSON, "", LIT("\xff-\xc3-\xed\xa0\x80")),
                       LIT(HEAD "\xef\xbf\xbd-\xef\xbf\xbd-\xef\xbf\xbd"
                                "\xef\xbf\xbd\xef\xbf\xbd\"}\n"));
    assert_slice_equal(text_of(GWD_LOG_JSON, "", LIT("\xe2\x82")),
                       LIT(HEAD "\xef\xbf\xbd\xef\xbf\xbd\"}\n"));
}

/* What is cut is cut between two characters, and the object is closed. */
static void a_long_message_is_cut(void **state)
{
    static const char *const fillers[] = {"a", "\"", "\x01", "\xff",
                                          "\xe2\x82\xac"};
    char message[3 * GWD_LOG_LINE_MAX];

    (void)state;
    for (size_t f = 0; f < COUNT_OF(fillers); f++) {
        size_t step = strlen(fillers[f]);
        gw_slice got;

        for (size_t i = 0; i + step <= sizeof(message); i += step)
            memcpy(message + i, fillers[f], step);
        got = text_of(GWD_LOG_JSON, "",
                      gw_slice_of(message, sizeof(message) / step * step));
        assert_true(got.len > GWD_LOG_LINE_MAX - 10);
        assert_memory_equal(got.base + got.len - 3, "\"}\n", 3);
        assert_int_not_equal(got.base[got.len - 4], '\\');
        got = text_of(GWD_LOG_TEXT, "", gw_slice_of(message, sizeof(message)));
        assert_int_equal(got.len, GWD_LOG_LINE_MAX);
        assert_int_equal(got.base[got.len - 1], '\n');
    }
}

/* It is a part of what a pipe takes as a whole. */
static void a_mark_stands_in_front(void **state)
{
    static char message[GWD_LOG_LINE_MAX];
    size_t len = gwd_log_line(line, "<4>", GWD_LOG_TEXT, TIME, GWD_LOG_WARNING,
                              "", LIT("it happened"));

    (void)state;
    assert_slice_equal(gw_slice_of(line, len),
                       LIT("<4>" TIME " warning: it happened\n"));
    for (gwd_log_format f = GWD_LOG_TEXT; f <= GWD_LOG_JSON; f++) {
        len = gwd_log_line(line, "<4>", f, TIME, GWD_LOG_WARNING, "",
                           gw_slice_of(message, sizeof(message)));
        assert_true(len > GWD_LOG_LINE_MAX - 10 && len <= GWD_LOG_LINE_MAX);
        assert_memory_equal(line, "<4>", 3);
        assert_int_equal(line[len - 1], '\n');
    }
    assert_memory_equal(line + len - 3, "\"}\n", 3);
}

static size_t read_file(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, out, size - 1);

    assert_true(n >= 0);
    out[n] = '\0';
    close(fd);
    return (size_t)n;
}

static void a_file_is_appended_to_and_opened_anew(void **state)
{
    char folder[] = "/tmp/gwd-log-XXXXXX";
    char path[64], old[64], text[1024];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log", folder);
    snprintf(old, sizeof(old), "%s/log.1", folder);
    assert_true(gwd_log_open(path));
    gwd_log(GWD_LOG_INFO, "first");
    gwd_log(GWD_LOG_DEBUG, "not wanted");
    assert_int_equal(rename(path, old), 0);
    gwd_log(GWD_LOG_INFO, "second");
    assert_true(gwd_log_open(path));
    gwd_log(GWD_LOG_INFO, "third");
    assert_false(gwd_log_open("/dev/null/log"));
    gwd_log(GWD_LOG_INFO, "fourth");
    assert_true(gwd_log_open("stderr"));
    read_file(old, text, sizeof(text));
    assert_non_null(strstr(text, " info: first\n"));
    assert_non_null(strstr(text, " info: second\n"));
    assert_null(strstr(text, "wanted"));
    read_file(path, text, sizeof(text));
    assert_null(strstr(text, "second"));
    assert_non_null(strstr(text, " info: third\n"));
    assert_non_null(strstr(text, " info: fourth\n"));
    unlink(path);
    unlink(old);
    rmdir(folder);
}

/* With `stream` as $JOURNAL_STREAM, on `fd`. */
static void say_each(const char *stream, int fd)
{
    setenv("JOURNAL_STREAM", stream, 1);
    dup2(fd, STDERR_FILENO);
    gwd_log_set_level(GWD_LOG_DEBUG);
    for (gwd_log_level level = GWD_LOG_ERROR; level <= GWD_LOG_DEBUG; level++)
        gwd_log(level, "it happened");
    gwd_log_set_format(GWD_LOG_JSON);
    gwd_log(GWD_LOG_WARNING, "it happened");
    gwd_log_failure("it failed");
}

/* What comes to a standard error whose inode is `beside` that of the journal.
 * In a child: the hundred warnings of this second are for other tests. */
static void say_on_stderr(char *out, size_t size, int beside)
{
    char path[] = "/tmp/gwd-log-XXXXXX";
    char stream[64];
    int fd = mkstemp(path);
    int status;
    struct stat st;
    pid_t child;

    assert_int_equal(fstat(fd, &st), 0);
    snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
             (uintmax_t)st.st_ino + (uintmax_t)beside);
    child = fork();
    if (child == 0) {
        say_each(stream, fd);
        _exit(EXIT_SUCCESS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    read_file(path, out, size);
    close(fd);
    unlink(path);
}

static void the_journal_knows_the_levels(void **state)
{
    static const char *const begins[] = {"<3>2", "<4>2", "<6>2",
                                         "<7>2", "<4>{", "<3>gatewayd: it "};
    char text[1024];
    char *at = text;

    (void)state;
    say_on_stderr(text, sizeof(text), 0);
    for (size_t i = 0; i < COUNT_OF(begins); i++) {
        assert_memory_equal(at, begins[i], strlen(begins[i]));
        at = strchr(at, '\n') + 1;
    }
    assert_string_equal(at, "");
}

static void what_is_not_the_journal_has_no_marks(void **state)
{
    char text[1024];

    (void)state;
    say_on_stderr(text, sizeof(text), 1);
    assert_non_null(strstr(text, " warning: it happened\n"));
    assert_null(strchr(text, '<'));
}

static void a_file_has_no_marks_beside_the_journal(void **state)
{
    char path[] = "/tmp/gwd-log-XXXXXX";
    char said[1024], text[1024];
    int fd = mkstemp(path);

    (void)state;
    assert_true(gwd_log_open(path));
    say_on_stderr(said, sizeof(said), 0);
    assert_true(gwd_log_open("stderr"));
    assert_string_equal(said, "<3>gatewayd: it failed\n");
    read_file(path, text, sizeof(text));
    assert_non_null(strstr(text, " debug: it happened\n"));
    assert_non_null(strstr(text, "\"it failed\"}\n"));
    assert_null(strchr(text, '<'));
    close(fd);
    unlink(path);
}

/* Above what 32 bits with a sign can count. */
static void a_file_may_be_large(void **state)
{
    static const uint64_t large = (uint64_t)3 << 30;
    char path[] = "/tmp/gwd-log-XXXXXX";
    char text[128] = "";
    int fd = mkstemp(path);

    (void)state;
    assert_int_equal(ftruncate(fd, (off_t)large), 0);
    assert_true(gwd_log_open(path));
    gwd_log(GWD_LOG_INFO, "the last");
    assert_true(gwd_log_open("stderr"));
    assert_true(pread(fd, text, sizeof(text) - 1, (off_t)large) > 0);
    assert_non_null(strstr(text, " info: the last\n"));
    close(fd);
    unlink(path);
}

/* A full pipe stands for whatever does not take more. */
static void what_cannot_be_written_is_counted(void **state)
{
    char folder[] = "/tmp/gwd-log-XXXXXX";
    char path[64], text[65536];
    size_t lines = 0, len = 0;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(gwd_log_open(path));
    for (int i = 0; i < 5000; i++)
        gwd_log(GWD_LOG_INFO, "a line that fills the pipe: %d", i);
    while (len < sizeof(text)) {
        ssize_t n = read(fd, text + len, sizeof(text) - len);

        if (n <= 0)
            break;
        len += (size_t)n;
    }
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    assert_int_equal(text[len - 1], '\n'); /* whole lines only */
    gwd_log(GWD_LOG_INFO, "again");
    len = (size_t)read(fd, text, sizeof(text) - 1);
    text[len] = '\0';
    snprintf(path, sizeof(path), " warning: %zu log lines were lost\n",
             5000 - lines);
    assert_non_null(strstr(text, path));
    assert_non_null(strstr(text, " info: again\n"));
    assert_true(gwd_log_open("stderr"));
    close(fd);
    snprintf(path, sizeof(path), "%s/fifo", folder);
    unlink(path);
    rmdir(folder);
}

static int logger_at(const char *path)
{
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    snprintf(place.sun_path, sizeof(place.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&place, sizeof(place)), 0);
    return fd;
}

/* It is not waited for, whether it stands still, is gone or comes back. */
static void the_system_log_gets_lines_and_stops_nobody(void **state)
{
    char folder[] = "/tmp/gwd-log-XXXXXX";
    char path[64], text[256], month[4], end[128];
    int day, hour, minute, second, sent = 0, got = 0;
    int fd = gwd_system_log_open();
    int logger;
    ssize_t n;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log", folder);
    assert_true(fd >= 0);
    assert_false(gwd_system_log_send(fd, path, LOG_INFO, LIT("nobody")));
    logger = logger_at(path);
    alarm(30); /* syslog(3) would wait */
    while (gwd_system_log_send(fd, path, LOG_WARNING, LIT("it % happened")))
        sent++;
    assert_true(sent > 0);
    for (; (n = recv(logger, text, sizeof(text) - 1, 0)) > 0; got++)
        text[n] = '\0';
    assert_int_equal(got, sent);
    assert_int_equal(sscanf(text, "<28>%3s %d %d:%d:%d %127[^\n]", month, &day,
                            &hour, &minute, &second, end),
                     6);
    snprintf(text, sizeof(text), "gatewayd[%ld]: it %% happened",
             (long)getpid());
    assert_string_equal(end, text);
    close(logger);
    assert_false(gwd_system_log_send(fd, path, LOG_INFO, LIT("gone")));
    unlink(path);
    logger = logger_at(path);
    assert_true(gwd_system_log_send(fd, path, LOG_INFO, LIT("back")));
    alarm(0);
    close(logger);
    close(fd);
    unlink(path);
    rmdir(folder);
}

/* Strangers cause warnings; other lines are ours. */
static void warnings_are_not_logged_without_end(void **state)
{
    char folder[] = "/tmp/gwd-log-XXXXXX";
    char path[64], text[131072];
    unsigned long left_out = 0;
    size_t lines = 0, infos = 0;
    const char *found;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log", folder);
    assert_true(gwd_log_open(path));
    for (int i = 0; i < 1000; i++)
        gwd_log(GWD_LOG_WARNING, "a stranger: %d", i);
    for (int i = 0; i < 200; i++)
        gwd_log(GWD_LOG_INFO, "ours");
    gwd_log_report();
    gwd_log_report();
    assert_true(gwd_log_open("stderr"));
    read_file(path, text, sizeof(text));
    for (found = text; (found = strstr(found, "stranger")) != NULL; found++)
        lines++;
    for (found = text; (found = strstr(found, "ours")) != NULL; found++)
        infos++;
    /* One report for each second that this took. */
    for (found = text; (found = strstr(found, " warnings were left")) != NULL;
         found++) {
        const char *number = found;

        while (number[-1] >= '0' && number[-1] <= '9')
            number--;
        left_out += strtoul(number, NULL, 10);
    }
    assert_true(lines >= 100 && lines < 1000);
    assert_int_equal(lines + left_out, 1000);
    assert_int_equal(infos, 200);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_process_and_text),
        cmocka_unit_test(no_control_character_gets_into_a_text_line),
        cmocka_unit_test(syslog_has_its_own_time_and_level),
        cmocka_unit_test(a_json_line_is_one_object),
        cmocka_unit_test(json_replaces_what_is_not_utf8),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(a_mark_stands_in_front),
        cmocka_unit_test(a_file_is_appended_to_and_opened_anew),
        cmocka_unit_test(the_journal_knows_the_levels),
        cmocka_unit_test(what_is_not_the_journal_has_no_marks),
        cmocka_unit_test(a_file_has_no_marks_beside_the_journal),
        cmocka_unit_test(a_file_may_be_large),
        cmocka_unit_test(what_cannot_be_written_is_counted),
        cmocka_unit_test(the_system_log_gets_lines_and_stops_nobody),
        cmocka_unit_test(warnings_are_not_logged_without_end),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
