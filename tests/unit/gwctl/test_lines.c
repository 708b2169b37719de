#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/lines.h"

/* A pipe: [1] is the writer's. */
static void open_pipe(int fds[2])
{
    assert_int_equal(pipe(fds), 0);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
}

static void give(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

#define expect_line(lines, text) check_line(lines, text, __LINE__)
static void check_line(gwctl_lines *lines, const char *text, int at)
{
    gw_slice line;

    if (!gwctl_lines_next(lines, &line))
        fail_msg("no line at %d", at);
    check_slice_equal(line, gw_slice_str(text), __FILE__, at);
}

static void expect_none(gwctl_lines *lines)
{
    gw_slice line;

    assert_false(gwctl_lines_next(lines, &line));
}

static void lines_come_as_they_are_whole(void **state)
{
    gwctl_lines lines;
    int fds[2];

    (void)state;
    open_pipe(fds);
    gwctl_lines_init(&lines, fds[0]);
    expect_none(&lines);
    assert_int_equal(gwctl_lines_read(&lines), EAGAIN);
    give(fds[1], "one\n\ntw");
    assert_int_equal(gwctl_lines_read(&lines), 0);
    expect_line(&lines, "one");
    expect_line(&lines, "");
    expect_none(&lines);
    give(fds[1], "o\r\nthree\rx\n");
    assert_int_equal(gwctl_lines_read(&lines), 0);
    expect_line(&lines, "two");
    expect_line(&lines, "three\rx");
    expect_none(&lines);
    close(fds[1]);
    assert_int_equal(gwctl_lines_read(&lines), 0);
    assert_true(lines.ended);
    expect_none(&lines);
    gwctl_lines_deinit(&lines);
    close(fds[0]);
}

static void the_last_one_needs_no_newline(void **state)
{
    gwctl_lines lines;
    int fds[2];

    (void)state;
    open_pipe(fds);
    gwctl_lines_init(&lines, fds[0]);
    give(fds[1], "a\nrest\r");
    assert_int_equal(gwctl_lines_read(&lines), 0);
    expect_line(&lines, "a");
    expect_none(&lines);
    close(fds[1]);
    assert_int_equal(gwctl_lines_read(&lines), 0);
    expect_line(&lines, "rest\r");
    expect_none(&lines);
    gwctl_lines_deinit(&lines);
    close(fds[0]);
}

static void there_is_no_end_to_wait_for_beyond_the_limit(void **state)
{
    int fd = open("/dev/zero", O_RDONLY);
    gwctl_lines lines;
    gw_slice text;

    (void)state;
    gwctl_lines_init(&lines, fd);
    lines.max = 1000000;
    assert_int_equal(gwctl_lines_read_all(&lines, &text), EFBIG);
    assert_in_range(lines.buf.len, 1000001, 1100000);
    gwctl_lines_deinit(&lines);
    close(fd);
}

static void a_line_may_be_longer_than_a_read(void **state)
{
    const size_t len = 300000;
    FILE *file = tmpfile();
    gwctl_lines lines;
    gw_slice line;

    (void)state;
    assert_non_null(file);
    for (size_t i = 0; i < len; i++)
        putc('x', file);
    fputs("\nafter\n", file);
    assert_int_equal(fflush(file), 0);
    lseek(fileno(file), 0, SEEK_SET);
    gwctl_lines_init(&lines, fileno(file));
    while (!gwctl_lines_next(&lines, &line))
        assert_int_equal(gwctl_lines_read(&lines), 0);
    assert_int_equal(line.len, len);
    while (!gwctl_lines_next(&lines, &line))
        assert_int_equal(gwctl_lines_read(&lines), 0);
    assert_slice_equal(line, LIT("after"));
    gwctl_lines_deinit(&lines);
    fclose(file);
}

static void all_of_it_with_its_newlines(void **state)
{
    gwctl_lines lines;
    gw_slice text;
    int fds[2];

    (void)state;
    open_pipe(fds);
    gwctl_lines_init(&lines, fds[0]);
    give(fds[1], "a\nb\n");
    close(fds[1]);
    assert_int_equal(gwctl_lines_read_all(&lines, &text), 0);
    assert_slice_equal(text, LIT("a\nb\n"));
    gwctl_lines_deinit(&lines);
    close(fds[0]);
}

static void an_error_is_told(void **state)
{
    gwctl_lines lines;
    gw_slice text;

    (void)state;
    gwctl_lines_init(&lines, -1);
    assert_int_equal(gwctl_lines_read_all(&lines, &text), EBADF);
    gwctl_lines_deinit(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_as_they_are_whole),
        cmocka_unit_test(the_last_one_needs_no_newline),
        cmocka_unit_test(there_is_no_end_to_wait_for_beyond_the_limit),
        cmocka_unit_test(a_line_may_be_longer_than_a_read),
        cmocka_unit_test(all_of_it_with_its_newlines),
        cmocka_unit_test(an_error_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
