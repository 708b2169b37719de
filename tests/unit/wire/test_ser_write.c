#include "support.h"

#include "ser_write.h"

static void pieces_add_up_to_what_serialize_gives(void **state)
{
    gw_key keys[] = {gw_key_str("name"), gw_key_int(-7), gw_key_str("7")};
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_ser_put_array(&buf, 5);
    gw_ser_put_key(&buf, &keys[0]);
    gw_ser_put_string(&buf, LIT("\xe4\xbd\xa0\0\""));
    gw_ser_put_key(&buf, &keys[1]);
    gw_ser_put_null(&buf);
    gw_ser_put_key(&buf, &keys[2]);
    gw_ser_put_bool(&buf, 1);
    gw_ser_put_int(&buf, 3);
    gw_ser_put_bool(&buf, 0);
    gw_ser_put_int(&buf, 4);
    gw_ser_put_array(&buf, 0);
    gw_ser_put_array_end(&buf);
    gw_ser_put_array_end(&buf);
    assert_buf_equal(&buf, LIT("a:5:{s:4:\"name\";s:5:\"\xe4\xbd\xa0\0\"\";"
                               "i:-7;N;s:1:\"7\";b:1;i:3;b:0;i:4;a:0:{}}"));
    gw_buf_deinit(&buf);
}

static void only_integers_and_strings_are_keys(void **state)
{
    gw_key key = gw_key_str("[1]");
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    key.type = GW_KEY_JSON;
    gw_ser_put_key(&buf, &key);
    assert_int_equal(buf.error, GW_EINVAL);
    gw_buf_clear(&buf);
    key.type = GW_KEY_NONE;
    gw_ser_put_key(&buf, &key);
    assert_int_equal(buf.error, GW_EINVAL);
    gw_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_add_up_to_what_serialize_gives),
        cmocka_unit_test(only_integers_and_strings_are_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
