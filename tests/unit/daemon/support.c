#include "support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void check_slice_equal(gw_slice a, gw_slice b, const char *file, int line)
{
    if (a.len == b.len && (a.len == 0 || memcmp(a.base, b.base, a.len) == 0))
        return;
    print_error("%s:%d: [%.*s] (%zu) is not [%.*s] (%zu)\n", file, line,
                (int)a.len, a.base, a.len, (int)b.len, b.base, b.len);
    fail();
}

char *exact_copy(gw_slice s)
{
    char *copy = malloc(s.len);

    assert_true(copy != NULL || s.len == 0);
    if (s.len > 0)
        memcpy(copy, s.base, s.len);
    return copy;
}

void tcp_pair(int fds[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    struct timeval limit = {WAIT_SECONDS, 0};
    int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(
        bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    getsockname(listener, (struct sockaddr *)&address, &len);
    fds[1] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fds[1], (struct sockaddr *)&address, len), 0);
    fds[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(fds[0] >= 0);
    close(listener);
    setsockopt(fds[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fds[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

void shrink_buffers(int fds[2])
{
    int size = 32 * 1024;

    for (int i = 0; i < 2; i++) {
        setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    }
}

gwd_loop *new_loop(void)
{
    gwd_loop *loop = gwd_loop_new();

    assert_non_null(loop);
    return loop;
}

void run_until(gwd_loop *loop, done_fn done, void *arg)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;

    while (!done(arg)) {
        if ((int32_t)(end - gwd_loop_seconds()) <= 0)
            fail_msg("waited %d seconds in vain", WAIT_SECONDS);
        gwd_loop_turn(loop, true);
    }
}

/* One recv() after a turn of the loop: bytes, 0 at the end, -1 for nothing. */
static ssize_t turn_and_receive(gwd_loop *loop, int fd, char *out, size_t room)
{
    struct pollfd wait = {fd, POLLIN, 0};

    gwd_loop_turn(loop, false);
    poll(&wait, 1, 2);
    return recv(fd, out, room, MSG_DONTWAIT);
}

void check_bytes(gwd_loop *loop, int fd, gw_slice want, const char *file,
                 int line)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
    char *got = malloc(want.len + 1);
    size_t len = 0;

    while (len < want.len && (int32_t)(end - gwd_loop_seconds()) > 0) {
        ssize_t n = turn_and_receive(loop, fd, got + len, want.len - len);

        if (n == 0 || (n < 0 && errno != EAGAIN))
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    check_slice_equal(gw_slice_of(got, len), want, file, line);
    free(got);
}

void expect_eof(gwd_loop *loop, int fd)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
    char byte;
    ssize_t n = -1;

    while (n < 0 && (int32_t)(end - gwd_loop_seconds()) > 0) {
        n = turn_and_receive(loop, fd, &byte, 1);
        if (n < 0 && errno == ECONNRESET)
            n = 0;
    }
    assert_int_equal(n, 0);
}

void send_bytes(int fd, gw_slice bytes)
{
    while (bytes.len > 0) {
        struct pollfd room = {fd, POLLOUT, 0};
        ssize_t n = send(fd, bytes.base, bytes.len, MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN) { /* what was sent is on its way still */
            assert_int_equal(poll(&room, 1, WAIT_SECONDS * 1000), 1);
            continue;
        }
        assert_true(n > 0);
        bytes.base += n;
        bytes.len -= (size_t)n;
    }
}

void in_a_child_that_is_nobody(void (*run)(void))
{
    int status = -1;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534) < 0)
            _exit(1);
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}
