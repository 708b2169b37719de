#include "support.h"

#include "secret.h"

static void equality_looks_at_every_byte(void **state)
{
    char key[] = "0123456789abcdef";
    gw_slice right = LIT("0123456789abcdef");

    (void)state;
    assert_true(gw_secret_equal(gw_slice_str(key), right));
    for (size_t i = 0; i < right.len; i++) {
        key[i] ^= 0x20;
        assert_false(gw_secret_equal(gw_slice_str(key), right));
        key[i] ^= 0x20;
    }
}

static void lengths_must_agree(void **state)
{
    (void)state;
    assert_true(gw_secret_equal(gw_slice_of(NULL, 0), LIT("")));
    assert_false(gw_secret_equal(LIT(""), LIT("a")));
    assert_false(gw_secret_equal(LIT("ab"), LIT("a")));
    assert_false(gw_secret_equal(LIT("a"), LIT("a\0")));
}

static void wiping_leaves_zeros_and_stays_inside(void **state)
{
    char text[] = "<secret>";

    (void)state;
    gw_secret_wipe(text + 1, 6);
    assert_memory_equal(text, "<\0\0\0\0\0\0>", 8);
    gw_secret_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_looks_at_every_byte),
        cmocka_unit_test(lengths_must_agree),
        cmocka_unit_test(wiping_leaves_zeros_and_stays_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
