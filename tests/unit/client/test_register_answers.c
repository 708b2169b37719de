/* What Registers answer: how much of it, in which pieces, and what is told of
 * an answer that is none. */
#include "support.h"

#include "client_impl.h"

static int send_all(cluster *x)
{
    return gw_send_to_all(x->client, &hello, NULL, 0);
}

static int use_registers(cluster *x, const char *a, const char *b)
{
    gw_slice list[2];

    list[0] = gw_slice_str(a);
    list[1] = gw_slice_str(b);
    return gw_client_set_registers(x->client, list, b == NULL ? 1 : 2);
}

typedef struct names {
    char text[1024];
} names;

static int add_name(void *arg, gw_slice address)
{
    names *n = arg;
    size_t len = strlen(n->text);

    snprintf(n->text + len, sizeof n->text - len, "%.*s ", (int)address.len,
             address.base);
    return 0;
}

static void bad_answer(fake_mode mode, const char *line, const char *told)
{
    cluster *x = cluster_new(0, PLENTY_MS);

    fake_set_mode(x->reg, mode);
    fake_set_line(x->reg, line);
    gw_client_set_secret_key(x->client, gw_slice_str("s3cret"));
    assert_int_equal(send_all(x), GW_EREGISTERREPLY);
    assert_error(x->client,
                 text("getAllGatewayAddressesFromRegister fail. tcp://%s "
                      "return %s",
                      fake_address(x->reg), told));
    cluster_free(x);
}

static const char refused[] = "false (closed without an answer: wrong or "
                              "missing secret key?)";

static void a_register_gives_no_usable_answer(void **state)
{
    (void)state;
    bad_answer(FAKE_CLOSE, "", refused);
    bad_answer(FAKE_RESET, "", refused);
    bad_answer(FAKE_ANSWER, "it's \\ \x01 \x1f", "'it\\'s \\\\ ? ?'");
    bad_answer(FAKE_ANSWER, "{\"event\":\"ping\"}", "'{\"event\":\"ping\"}'");
    bad_answer(FAKE_ANSWER,
               "{\"event\":\"broadcast_addresses\",\"addresses\":[\"x\"]}",
               "'{\"event\":\"broadcast_addresses\",\"addresses\":[\"x\"]}'");
    /* An echo service must not bring the key into a log. */
    bad_answer(FAKE_ANSWER,
               "{\"event\":\"worker_connect\",\"secret_key\":\"s3cret\"}",
               "'(not shown)'");
    bad_answer(FAKE_ANSWER, "s3cret is the secret_key", "'(not shown)'");
}

static void a_long_bad_answer_is_cut(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    char line[3000];

    (void)state;
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\0';
    fake_set_line(x->reg, line);
    assert_int_equal(send_all(x), GW_EREGISTERREPLY);
    assert_true(strlen(gw_client_error(x->client)) < 400);
    assert_non_null(strstr(gw_client_error(x->client), "xxx...'"));
    line[200] = '\0';
    fake_set_line(x->reg, line);
    assert_int_equal(send_all(x), GW_EREGISTERREPLY);
    assert_non_null(strstr(gw_client_error(x->client), "xxx'"));
    line[200] = 'x';
    line[201] = '\0';
    fake_set_line(x->reg, line);
    assert_int_equal(send_all(x), GW_EREGISTERREPLY);
    assert_non_null(strstr(gw_client_error(x->client), "xxx...'"));
    cluster_free(x);
}

static void of_several_bad_answers_the_first_is_told(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    fake *other = fake_register();

    (void)state;
    fake_set_line(x->reg, "one\nand more");
    fake_set_line(other, "two");
    assert_int_equal(
        use_registers(x, fake_address(x->reg), fake_address(other)), GW_OK);
    assert_int_equal(send_all(x), GW_EREGISTERREPLY);
    assert_error(x->client,
                 text("getAllGatewayAddressesFromRegister fail. tcp://%s "
                      "return 'one'",
                      fake_address(x->reg)));
    assert_accepts(other, 1);
    fake_free(other);
    cluster_free(x);
}

static void a_line_may_come_in_pieces(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_mode(x->reg, FAKE_DRIP);
    assert_int_equal(send_all(x), GW_OK);
    cluster_free(x);
}

/* `len` with the newline; blanks make it so long. */
static int answer_of(cluster *x, size_t len)
{
    const char *start = text("{\"event\":\"broadcast_addresses\","
                             "\"addresses\":[\"%s\"",
                             fake_address(x->gw[0]));
    char *line = malloc(len);
    uint64_t begun = fake_now();
    int rc;

    memset(line, ' ', len);
    memcpy(line, start, strlen(start));
    memcpy(line + len - 3, "]}", 3);
    fake_set_line(x->reg, line);
    free(line);
    rc = send_all(x);
    assert_true(fake_now() - begun < PLENTY_MS / 2);
    return rc;
}

static int answer_with(cluster *x, size_t gateways)
{
    static const char start[] = "{\"event\":\"broadcast_addresses\","
                                "\"addresses\":[";
    char *line = malloc(sizeof start + 16 * gateways + 2);
    char *p = line + sizeof start - 1;
    names seen = {""};
    int rc;

    memcpy(line, start, sizeof start - 1);
    while (gateways-- > 0)
        p += sprintf(p, "\"127.0.0.1:1\"%s", gateways > 0 ? "," : "]}");
    fake_set_line(x->reg, line);
    free(line);
    rc = gw_gateways(x->client, add_name, &seen);
    assert_string_equal(seen.text, rc == GW_OK ? "127.0.0.1:1 " : "");
    return rc;
}

static void so_many_gateways_may_be_listed_and_no_more(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);

    (void)state;
    gw_client_set_register_ttl(x->client, 0);
    assert_int_equal(answer_with(x, GW_GATEWAYS_MAX), GW_OK);
    assert_int_equal(answer_with(x, GW_GATEWAYS_MAX + 1), GW_EREGISTERREPLY);
    cluster_free(x);
}

/* Each byte of it is six in JSON. */
static void a_key_may_need_many_escapes(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    char key[500];

    (void)state;
    memset(key, 1, sizeof key);
    assert_int_equal(
        gw_client_set_secret_key(x->client, gw_slice_of(key, sizeof key)),
        GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    assert_int_equal(fake_count(x->gw[0], "\\u0001"), sizeof key);
    assert_int_equal(fake_count(x->reg, "\\u0001"), sizeof key);
    cluster_free(x);
}

static void a_line_may_have_a_megabyte(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    gw_client_set_register_ttl(x->client, 0);
    assert_int_equal(answer_of(x, 1024 * 1024), GW_OK);
    assert_int_equal(answer_of(x, 1024 * 1024 + 1), GW_EREGISTERREPLY);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_gives_no_usable_answer),
        cmocka_unit_test(a_long_bad_answer_is_cut),
        cmocka_unit_test(of_several_bad_answers_the_first_is_told),
        cmocka_unit_test(a_line_may_come_in_pieces),
        cmocka_unit_test(so_many_gateways_may_be_listed_and_no_more),
        cmocka_unit_test(a_key_may_need_many_escapes),
        cmocka_unit_test(a_line_may_have_a_megabyte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
