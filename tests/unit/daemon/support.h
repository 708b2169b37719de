/* What the daemon's tests share. */
#ifndef GWD_TEST_SUPPORT_H
#define GWD_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "buf.h"
#include "core/loop.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A slice of a literal, which may hold NUL bytes. */
#define LIT(literal) gw_slice_of(literal, sizeof(literal) - 1)

/* Compares bytes; the message shows both when they differ. */
#define assert_slice_equal(a, b) check_slice_equal(a, b, __FILE__, __LINE__)
void check_slice_equal(gw_slice a, gw_slice b, const char *file, int line);

/* A copy that ends where its malloc block ends: sanitizers see the first byte
 * read past it. free() it. */
char *exact_copy(gw_slice s);

/* A connected pair of TCP sockets on the loopback: [0] is ours and
 * non-blocking, [1] the peer's and blocking, with a receive timeout. */
void tcp_pair(int fds[2]);

/* Both directions of a pair, shrunk so that little fits into the kernel. */
void shrink_buffers(int fds[2]);

/* What gwd_stream_init() and its like are to be run on. */
gwd_loop *new_loop(void);

/* Runs turns until `done` says so; fails after `WAIT_SECONDS`. */
#define WAIT_SECONDS 20
typedef bool (*done_fn)(void *arg);
void run_until(gwd_loop *loop, done_fn done, void *arg);

/* Runs turns until exactly `want` has arrived at `fd`, and compares. */
#define expect_bytes(loop, fd, want)                                           \
    check_bytes(loop, fd, want, __FILE__, __LINE__)
void check_bytes(gwd_loop *loop, int fd, gw_slice want, const char *file,
                 int line);

/* Runs turns until the peer sees the end of the connection; what arrives
 * before is an error. */
void expect_eof(gwd_loop *loop, int fd);

void send_bytes(int fd, gw_slice bytes);

/* What a process may do that is not root: `run` ends it with its own status if
 * that is not as it should be. */
void in_a_child_that_is_nobody(void (*run)(void));

#endif
