#include "support.h"

#include "client/utf8.h"

/* What the text is, fed in two pieces cut at `cut`. */
static bool is_utf8(gw_slice text, size_t cut)
{
    gwd_utf8 utf8 = {0, 0, 0};
    char *first = exact_copy(gw_slice_of(text.base, cut));
    char *second = exact_copy(gw_slice_of(text.base + cut, text.len - cut));
    bool good = gwd_utf8_feed(&utf8, first, cut) &&
                gwd_utf8_feed(&utf8, second, text.len - cut) &&
                gwd_utf8_whole(&utf8);

    free(first);
    free(second);
    return good;
}

static void check(gw_slice text, bool want)
{
    for (size_t cut = 0; cut <= text.len; cut++)
        assert_int_equal(is_utf8(text, cut), want);
}

static void good_texts_pass_wherever_they_are_cut(void **state)
{
    (void)state;
    check(LIT(""), true);
    check(LIT("plain text that is longer than eight bytes"), true);
    check(LIT("with a NUL \0 inside"), true);
    check(LIT("\xc2\x80\xdf\xbf"), true);
    check(LIT("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"), true);
    check(LIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), true);
    check(LIT("12345678\xe4\xbd\xa0"
              "12345678\xe5\xa5\xbd"),
          true);
}

static void bad_texts_fail_wherever_they_are_cut(void **state)
{
    static const char *const bad[] = {
        "\x80",             /* continuation alone */
        "\xc0\x80",         /* overlong */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* surrogate */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "\xfe",
        "a\xc3",                     /* cut short */
        "\xe4\xbd",                  /* cut short */
        "\xe4z\xa0",                 /* a continuation missing */
        "12345678901234567890\xc3(", /* far behind ASCII */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check(gw_slice_str(bad[i]), false);
}

static void every_code_point_passes(void **state)
{
    (void)state;
    for (uint32_t c = 0x80; c <= 0x110000; c++) {
        char text[4];
        size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
        bool want = !(c >= 0xd800 && c <= 0xdfff) && c <= 0x10ffff;
        gwd_utf8 utf8 = {0, 0, 0};

        for (size_t i = 0; i < len; i++)
            text[i] = (char)(0x80 | (c >> 6 * (len - 1 - i) & 0x3f));
        text[0] = (char)(lead[len] | c >> 6 * (len - 1));
        assert_int_equal(gwd_utf8_feed(&utf8, text, len), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts_pass_wherever_they_are_cut),
        cmocka_unit_test(bad_texts_fail_wherever_they_are_cut),
        cmocka_unit_test(every_code_point_passes),
    };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
