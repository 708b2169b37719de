#include "support.h"

#include "arena.h"

static void blocks_are_zeroed_aligned_and_apart(void **state)
{
    gw_arena arena;
    char *before = NULL;
    size_t size_before = 0;

    (void)state;
    gw_arena_init(&arena, &gw_allocator_libc);
    for (size_t i = 0; i < 5000; i++) {
        size_t size = i % 97 + 1;
        char *block = gw_arena_alloc(&arena, size);

        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 8, 0);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(block[k], 0);
        memset(block, 0xff, size);
        if (before != NULL)
            assert_true(block >= before + size_before || block < before);
        before = block;
        size_before = size;
    }
    gw_arena_deinit(&arena);
}

static void a_block_may_be_larger_than_any_chunk(void **state)
{
    gw_arena arena;

    (void)state;
    gw_arena_init(&arena, &gw_allocator_libc);
    assert_non_null(gw_arena_alloc(&arena, 10));
    char *large = gw_arena_alloc(&arena, 3 * 1024 * 1024);
    assert_non_null(large);
    memset(large, 1, 3 * 1024 * 1024);
    assert_non_null(gw_arena_alloc(&arena, 10));
    assert_null(gw_arena_alloc(&arena, SIZE_MAX));
    assert_null(gw_arena_alloc(&arena, SIZE_MAX - 10));
    gw_arena_deinit(&arena);
}

static void it_can_be_used_again_after_deinit(void **state)
{
    gw_arena arena;

    (void)state;
    gw_arena_init(&arena, &gw_allocator_libc);
    gw_arena_deinit(&arena);
    assert_non_null(gw_arena_alloc(&arena, 1));
    gw_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart),
        cmocka_unit_test(a_block_may_be_larger_than_any_chunk),
        cmocka_unit_test(it_can_be_used_again_after_deinit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
