/* What the codec's tests share. */
#ifndef GW_WIRE_SUPPORT_H
#define GW_WIRE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "buf.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A slice of a literal, which may hold NUL bytes. */
#define LIT(literal) gw_slice_of(literal, sizeof(literal) - 1)

/* Compares bytes; the message shows both when they differ. */
#define assert_slice_equal(a, b) check_slice_equal(a, b, __FILE__, __LINE__)
void check_slice_equal(gw_slice a, gw_slice b, const char *file, int line);

/* The buffer's bytes, and that it did not fail. */
#define assert_buf_equal(buf, slice)                                           \
    do {                                                                       \
        assert_int_equal((buf)->error, GW_OK);                                 \
        assert_slice_equal(gw_buf_slice(buf), slice);                          \
    } while (0)

/* A copy that ends where its malloc block ends: sanitizers and valgrind see the
 * first byte read past it. */
gw_slice exact_copy(gw_slice s);
void exact_free(gw_slice s);

/* Feeding. `read` gets each input as an exact copy and returns its code. */
typedef int (*read_fn)(gw_slice text, void *arg);

/* Reads the whole. */
int feed_whole(gw_slice text, read_fn read, void *arg);

/* The whole is read; no proper prefix is. `text` must not be one of those whose
 * beginning is complete too ("12"). */
void assert_only_whole(gw_slice text, read_fn read, void *arg);

/* Replaces each byte by a few others and reads that: no result is asked for, it
 * must only stay within its bounds. */
void feed_damaged(gw_slice text, read_fn read, void *arg);

/* Hex digits to bytes; the result is for exact_free(). */
gw_slice from_hex(gw_slice hex);

/* An allocator that fails once after `left` allocations, and counts blocks. */
typedef struct failing_allocator {
    gw_allocator allocator;
    size_t left;
    size_t live;
} failing_allocator;

/* Runs `fn` with an allocator that fails at the first allocation, then at the
 * second and so on, until it returns GW_OK. Every other run must return
 * GW_ENOMEM, and none may leak. */
void sweep_out_of_memory(int (*fn)(const gw_allocator *allocator, void *arg),
                         void *arg);

#endif
