/* Output queues against a plain string. */
#include "support.h"

#include "core/queue.h"

/* What gwd_queue_gather() makes of it, with little room and with much. */
static void assert_gathers(const gwd_queue *queue, gw_slice want)
{
    static const size_t rooms[] = {1, 7, 100, 16384};
    char buffer[16384];

    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        const char *base;
        size_t len = gwd_queue_gather(queue, buffer, rooms[i], &base);

        assert_int_equal(len, want.len < rooms[i] ? want.len : rooms[i]);
        assert_memory_equal(base, want.base, len);
    }
}

/* All that waits, put together again. */
static void assert_queue_holds(const gwd_queue *queue, gw_slice want)
{
    struct iovec iov[64];
    size_t at = 0;
    int count;

    if (queue == NULL) {
        assert_int_equal(want.len, 0);
        return;
    }
    assert_int_equal(gwd_queue_bytes(queue), want.len);
    assert_gathers(queue, want);
    count = gwd_queue_peek(queue, iov, COUNT_OF(iov));
    for (int i = 0; i < count; i++) {
        assert_true(at + iov[i].iov_len <= want.len);
        assert_memory_equal(iov[i].iov_base, want.base + at, iov[i].iov_len);
        at += iov[i].iov_len;
    }
    assert_true(at == want.len || count == COUNT_OF(iov));
}

static void it_keeps_bytes_in_order(void **state)
{
    gwd_queue *queue = NULL;
    gwd_chunk *chunk = gwd_chunk_new("shared", 6);

    (void)state;
    assert_int_equal(gwd_queue_copy(&queue, "one", 3), GW_OK);
    assert_int_equal(gwd_queue_put(&queue, chunk), GW_OK);
    assert_int_equal(gwd_queue_copy(&queue, "two", 3), GW_OK);
    assert_int_equal(gwd_queue_copy(&queue, "three", 5), GW_OK);
    assert_queue_holds(queue, LIT("onesharedtwothree"));
    assert_int_equal(chunk->refs, 2);
    assert_int_equal(gwd_queue_drop(&queue, 5), GW_OK);
    assert_queue_holds(queue, LIT("aredtwothree"));
    assert_int_equal(gwd_queue_drop(&queue, 12), GW_OK);
    assert_null(queue);
    assert_int_equal(chunk->refs, 1);
    assert_memory_equal(chunk->data, "shared", 6);
    gwd_chunk_unref(&chunk);
    assert_null(chunk);
}

static void nothing_makes_no_queue(void **state)
{
    gwd_queue *queue = NULL;

    (void)state;
    assert_int_equal(gwd_queue_copy(&queue, NULL, 0), GW_OK);
    assert_null(queue);
    gwd_queue_free(&queue);
}

static void small_copies_share_a_chunk(void **state)
{
    gwd_queue *queue = NULL;

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(gwd_queue_copy(&queue, "0123456789", 10), GW_OK);
    assert_int_equal(gwd_queue_bytes(queue), 1000);
    assert_int_equal(gwd_queue_count(queue), 2);
    gwd_queue_free(&queue);
    assert_null(queue);
}

static void a_shared_chunk_is_never_appended_to(void **state)
{
    gwd_queue *queue = NULL;
    gwd_chunk *chunk = gwd_chunk_alloc(3, 100);

    (void)state;
    memcpy(chunk->data, "abc", 3);
    assert_int_equal(gwd_queue_put(&queue, chunk), GW_OK);
    assert_int_equal(gwd_queue_copy(&queue, "d", 1), GW_OK);
    assert_int_equal(chunk->len, 3);
    gwd_queue_free(&queue);
    gwd_chunk_unref(&chunk);
}

static void one_whole_chunk_goes_and_is_cut(void **state)
{
    gwd_queue *queue = NULL;
    gwd_chunk *chunk = gwd_chunk_new("shared", 6);

    (void)state;
    assert_int_equal(gwd_queue_put(&queue, chunk), GW_OK);
    assert_int_equal(gwd_queue_count(queue), 1);
    assert_queue_holds(queue, LIT("shared"));
    assert_int_equal(gwd_queue_drop(&queue, 6), GW_OK);
    assert_null(queue);
    assert_int_equal(chunk->refs, 1);

    assert_int_equal(gwd_queue_put(&queue, chunk), GW_OK);
    assert_int_equal(gwd_queue_drop(&queue, 2), GW_OK);
    assert_queue_holds(queue, LIT("ared"));
    assert_int_equal(chunk->refs, 2);
    assert_int_equal(gwd_queue_drop(&queue, 4), GW_OK);
    assert_null(queue);

    assert_int_equal(gwd_queue_put(&queue, chunk), GW_OK);
    gwd_queue_free(&queue);
    assert_null(queue);
    assert_int_equal(chunk->refs, 1);
    gwd_chunk_unref(&chunk);
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

static void random_use_agrees_with_a_string(void **state)
{
    static char bytes[1 << 20];
    size_t from = 0, to = 0;
    uint32_t seed = 1;
    gwd_queue *queue = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 31 + i / 256);
    while (to < sizeof(bytes)) {
        size_t len = draw(&seed, 300) + 1;

        if (draw(&seed, 3) == 0 && to > from) {
            len = draw(&seed, (uint32_t)(to - from)) + 1;
            assert_int_equal(gwd_queue_drop(&queue, len), GW_OK);
            from += len;
        } else if (len <= sizeof(bytes) - to && draw(&seed, 2) == 0) {
            assert_int_equal(gwd_queue_copy(&queue, bytes + to, len), GW_OK);
            to += len;
        } else {
            gwd_chunk *chunk;

            len = len > sizeof(bytes) - to ? sizeof(bytes) - to : len;
            chunk = gwd_chunk_new(bytes + to, len);
            assert_int_equal(gwd_queue_put(&queue, chunk), GW_OK);
            gwd_chunk_unref(&chunk);
            to += len;
        }
        assert_queue_holds(queue, gw_slice_of(bytes + from, to - from));
    }
    gwd_queue_free(&queue);
}

/* A chunk for every client, of which each queue refers to thousands. */
static void small_messages_of_a_long_queue_cost_what_they_hold(void **state)
{
    enum { COUNT = 20000 };
    static char want[3 * COUNT + 1];
    gwd_queue *queue = NULL;

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        gwd_chunk *chunk;

        snprintf(want + 3 * i, 4, "%03d", i % 1000);
        chunk = gwd_chunk_new(want + 3 * i, 3);
        assert_int_equal(gwd_queue_put(&queue, chunk), GW_OK);
        gwd_chunk_unref(&chunk);
    }
    assert_true(gwd_queue_count(queue) < 100);
    for (size_t at = 0; at < 3 * COUNT; at += 1000) {
        assert_queue_holds(queue, gw_slice_of(want + at, 3 * COUNT - at));
        gwd_queue_drop(&queue, 1000);
    }
    assert_null(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_messages_of_a_long_queue_cost_what_they_hold),
        cmocka_unit_test(it_keeps_bytes_in_order),
        cmocka_unit_test(nothing_makes_no_queue),
        cmocka_unit_test(small_copies_share_a_chunk),
        cmocka_unit_test(a_shared_chunk_is_never_appended_to),
        cmocka_unit_test(one_whole_chunk_goes_and_is_cut),
        cmocka_unit_test(random_use_agrees_with_a_string),
    };

    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
