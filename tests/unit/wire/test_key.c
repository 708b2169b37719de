#include "support.h"

#include "key.h"
#include "ser_write.h"

/* A string used as an array key, and the key as PHP serializes it then. */
static const struct {
    gw_slice text;
    gw_slice key;
} recorded[] = {
#include "cases/array_key.inc"
};

static void strings_become_the_keys_that_php_makes_of_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        gw_slice copy = exact_copy(recorded[i].text);
        gw_key key = gw_key_normalize(copy);
        gw_buf buf;

        gw_buf_init(&buf, NULL, 0);
        gw_ser_put_key(&buf, &key);
        assert_buf_equal(&buf, recorded[i].key);
        gw_buf_deinit(&buf);
        exact_free(copy);
    }
}

static void equality_is_that_of_array_keys(void **state)
{
    gw_key seven = gw_key_int(7);
    gw_key seven_text = gw_key_str("7");
    gw_key padded = gw_key_str("07");
    gw_key empty = gw_key_slice(gw_slice_of(NULL, 0));
    gw_key empty_text = gw_key_str("");
    gw_key none = {GW_KEY_NONE, 0, {NULL, 0}};

    (void)state;
    assert_true(gw_key_equal(&seven, &seven_text));
    assert_true(gw_key_equal(&seven_text, &seven_text));
    assert_false(gw_key_equal(&seven, &padded));
    assert_false(gw_key_equal(&seven_text, &padded));
    assert_true(gw_key_equal(&padded, &padded));
    assert_true(gw_key_equal(&empty, &empty_text));
    assert_true(gw_key_equal(&none, &none));
    assert_false(gw_key_equal(&none, &empty));
    assert_false(gw_key_equal(&none, &seven));
}

static void empty_is_what_php_calls_empty(void **state)
{
    (void)state;
    assert_true(gw_slice_is_empty_php(gw_slice_of(NULL, 0)));
    assert_true(gw_slice_is_empty_php(LIT("")));
    assert_true(gw_slice_is_empty_php(LIT("0")));
    assert_false(gw_slice_is_empty_php(LIT("00")));
    assert_false(gw_slice_is_empty_php(LIT(" ")));
    assert_false(gw_slice_is_empty_php(LIT("\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_become_the_keys_that_php_makes_of_them),
        cmocka_unit_test(equality_is_that_of_array_keys),
        cmocka_unit_test(empty_is_what_php_calls_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
