#include "support.h"

#include <string.h>

static const struct {
    const char *name;
    int value;
    const char *text;
} errors[] = {
#define ERROR_ROW(name, value, text) {#name, value, text},
    GW_ERROR_MAP(ERROR_ROW)
#undef ERROR_ROW
};

static void codes_count_down_from_zero_without_gaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        assert_int_equal(errors[i].value, -(int)i);
}

static void every_code_has_its_own_name_and_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        assert_string_equal(gw_error_name(errors[i].value), errors[i].name);
        assert_string_equal(gw_strerror(errors[i].value), errors[i].text);
        assert_true(strlen(errors[i].text) > 0);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(errors[i].text, errors[k].text);
    }
}

static void an_unknown_code_has_a_text_too(void **state)
{
    (void)state;
    assert_string_equal(gw_strerror(1), "unknown error");
    assert_string_equal(gw_strerror(-9999), "unknown error");
    assert_non_null(gw_error_name(-9999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_count_down_from_zero_without_gaps),
        cmocka_unit_test(every_code_has_its_own_name_and_text),
        cmocka_unit_test(an_unknown_code_has_a_text_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
