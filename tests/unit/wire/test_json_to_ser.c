#include "support.h"

#include "json_to_ser.h"
#include "session.h"

/* serialize(json_decode(input, true)) */
static const struct {
    gw_slice input;
    gw_slice ser;
} recorded[] = {
#include "cases/json_to_ser.inc"
};

static int convert(gw_slice text, void *arg)
{
    gw_buf discarded;
    gw_buf *out = arg == NULL ? &discarded : arg;

    gw_buf_init(out, NULL, 0);
    int rc = gw_ser_from_json(out, text);
    if (rc != GW_OK)
        assert_int_equal(out->len, 0);
    if (arg == NULL)
        gw_buf_deinit(out);
    return rc;
}

static void arrays_are_those_that_php_makes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        gw_buf out;

        assert_int_equal(feed_whole(recorded[i].input, convert, &out), GW_OK);
        assert_buf_equal(&out, recorded[i].ser);
        assert_int_equal(gw_session_check(gw_buf_slice(&out)), GW_OK);
        gw_buf_deinit(&out);
    }
}

static void what_is_before_stays(void **state)
{
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 0);
    gw_buf_put_str(&out, "x");
    assert_int_equal(gw_ser_from_json(&out, LIT("{\"a\":1e999}")), GW_EINVAL);
    assert_int_equal(gw_ser_from_json(&out, LIT("[7]")), GW_OK);
    assert_buf_equal(&out, LIT("xa:1:{i:0;i:7;}"));
    gw_buf_deinit(&out);
}

static void what_is_no_session_is_refused(void **state)
{
    static const struct {
        const char *text;
        int error;
    } cases[] = {
        {"", GW_EPROTO},
        {"1", GW_EPROTO},
        {"\"text\"", GW_EPROTO},
        {"null", GW_EPROTO},
        {"{", GW_EPROTO},
        {"{}x", GW_EPROTO},
        {"[1,]", GW_EPROTO},
        {"{\"a\":01}", GW_EPROTO},
        {"{a:1}", GW_EPROTO},
        {"{\"a\":\"\xff\"}", GW_EUTF8},
        {"{\"\\ud83d\":1}", GW_EUTF8},
        {"[1e999]", GW_EINVAL},
        {"[0.1234567890123456789012345678901234567890123456789012345678901234]",
         GW_EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(feed_whole(gw_slice_str(cases[i].text), convert, NULL),
                         cases[i].error);
}

static void nesting_has_a_limit(void **state)
{
    char text[131];

    (void)state;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(convert(gw_slice_of(text + 1, 128), NULL), GW_OK);
    assert_int_equal(convert(gw_slice_of(text, 130), NULL), GW_EDEPTH);
}

/* Many more than the digits of a count have room for in the usual way. */
static void a_long_list_is_counted(void **state)
{
    gw_buf text;
    gw_buf out;

    (void)state;
    gw_buf_init(&text, NULL, 0);
    gw_buf_put_str(&text, "[0");
    for (int i = 1; i < 12345; i++)
        gw_buf_put_str(&text, ",0");
    gw_buf_put_str(&text, "]");
    assert_int_equal(convert(gw_buf_slice(&text), &out), GW_OK);
    assert_slice_equal(gw_slice_of(out.base, 9), LIT("a:12345:{"));
    assert_int_equal(gw_session_check(gw_buf_slice(&out)), GW_OK);
    gw_buf_deinit(&out);
    gw_buf_deinit(&text);
}

static int convert_with(const gw_allocator *allocator, void *arg)
{
    const size_t *i = arg;
    gw_buf out;

    gw_buf_init(&out, allocator, 0);
    int rc = gw_ser_from_json(&out, recorded[*i].input);
    if (rc == GW_OK)
        assert_buf_equal(&out, recorded[*i].ser);
    else
        assert_int_equal(out.len, 0);
    gw_buf_deinit(&out);
    return rc;
}

static void it_survives_short_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++)
        sweep_out_of_memory(convert_with, &i);
}

/* Blanks may follow the whole, so the last byte is not always needed. */
static void beginnings_and_damage_stay_in_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recorded); i++) {
        gw_slice text = recorded[i].input;

        for (size_t len = 0; len < text.len; len++)
            feed_whole(gw_slice_of(text.base, len), convert, NULL);
        feed_damaged(text, convert, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_those_that_php_makes),
        cmocka_unit_test(what_is_before_stays),
        cmocka_unit_test(what_is_no_session_is_refused),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(a_long_list_is_counted),
        cmocka_unit_test(it_survives_short_memory),
        cmocka_unit_test(beginnings_and_damage_stay_in_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
