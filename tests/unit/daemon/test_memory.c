/* When memory is given back. */
#include "support.h"

#include "core/memory.h"

static void it_ebbs_when_half_of_many_have_gone(void **state)
{
    size_t most = 0;

    (void)state;
    assert_false(gwd_memory_ebbs(&most, 0));
    assert_false(gwd_memory_ebbs(&most, 900)); /* not many */
    assert_false(gwd_memory_ebbs(&most, 10));
    assert_false(gwd_memory_ebbs(&most, 10000));
    assert_false(gwd_memory_ebbs(&most, 5001));
    assert_true(gwd_memory_ebbs(&most, 5000));
    assert_false(gwd_memory_ebbs(&most, 5000));
    assert_false(gwd_memory_ebbs(&most, 2501));
    assert_true(gwd_memory_ebbs(&most, 0));
    assert_false(gwd_memory_ebbs(&most, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_ebbs_when_half_of_many_have_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
