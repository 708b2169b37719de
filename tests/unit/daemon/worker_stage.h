/* Workers and clients of an inner port without sockets, and what the workers
 * are told. */
#ifndef GWD_TEST_WORKER_STAGE_H
#define GWD_TEST_WORKER_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_core.h"
#include "inner/request.h"

/* New for each test. A worker for whom 1000 bytes wait is behind. */
extern fake_core *core;

int setup_with(gwd_inner_config config);
int setup(void **state); /* with no other settings */
int teardown(void **state);

/* Connection `conn` is a worker from now on, by this key or with this body. */
void introduce(int conn, const char *key);
void introduce_with(int conn, const char *json);

/* It sends a command, with at most 256 bytes. */
void commands(int conn, unsigned cmd, const char *body);

/* What client number `client` does. */
void says(int client, const char *message);
void upgrades(int client);

/* What a worker was told since the last time: "connect 1, message 1 [ext]
 * body, …". */
const char *told(int conn);
void expect_told(int conn, const char *want);

/* How often `what` is in `text`. */
int times(const char *text, const char *what);

#endif
