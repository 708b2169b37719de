#include "support.h"

#include "utf8.h"

static int decodes(gw_slice s)
{
    gw_slice copy = exact_copy(s);
    uint32_t c;
    size_t len = gw_utf8_decode(copy, &c);

    exact_free(copy);
    return len != 0 && len == s.len;
}

static int is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

static void every_character_encodes_and_decodes(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char bytes[4];
        uint32_t again;

        if (is_surrogate(c))
            continue;
        size_t len = gw_utf8_encode(c, bytes);
        assert_int_equal(gw_utf8_decode(gw_slice_of(bytes, len), &again), len);
        assert_int_equal(again, c);
        for (size_t cut = 0; cut < len; cut++)
            assert_int_equal(gw_utf8_decode(gw_slice_of(bytes, cut), &again),
                             0);
    }
}

static void only_the_first_character_is_read(void **state)
{
    uint32_t c;

    (void)state;
    assert_int_equal(gw_utf8_decode(LIT("\xc3\xa9\xff"), &c), 2);
    assert_int_equal(c, 0xe9);
}

static void what_rfc_3629_forbids_is_refused(void **state)
{
    static const gw_slice bad[] = {
        {"\x80", 1},             /* a continuation alone */
        {"\xc0\x80", 2},         /* overlong */
        {"\xc1\xbf", 2},         /* overlong */
        {"\xe0\x9f\xbf", 3},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 4}, /* overlong */
        {"\xed\xa0\x80", 3},     /* first surrogate */
        {"\xed\xbf\xbf", 3},     /* last surrogate */
        {"\xf4\x90\x80\x80", 4}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 4},
        {"\xff", 1},
        {"\xc3"
         "a",
         2},
        {"\xe2\x28\xa1", 3},
        {"\xe2\x82\x28", 3},
        {"\xc3\xff", 2}, /* two first bytes */
        {"\xe2\xe2\x82", 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(decodes(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_encodes_and_decodes),
        cmocka_unit_test(only_the_first_character_is_read),
        cmocka_unit_test(what_rfc_3629_forbids_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
