/* Asking the Registers: what is cached, what is asked again, what is said. */
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

/* ---- caching ------------------------------------------------------------ */

static void a_list_is_believed_for_its_time(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    uint64_t start = fake_now();

    (void)state;
    assert_int_equal(send_all(x), GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    assert_accepts(x->reg, 1);
    gw_client_set_register_ttl(x->client, 100);
    while (fake_accepts(x->reg) < 2) {
        assert_int_equal(send_all(x), GW_OK);
        assert_true(fake_now() - start < FAKE_PATIENCE_MS);
    }
    assert_true(fake_now() - start >= 100);
    gw_client_set_register_ttl(x->client, 0);
    assert_int_equal(send_all(x), GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    assert_accepts(x->reg, 4);
    cluster_free(x);
}

/* Only a list that was believed may be out of date. */
static void a_list_that_was_just_asked_for_is_not_asked_for_again(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(send_all(x), GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    gw_client_set_register_ttl(x->client, 0);
    cluster_stop(x, 0);
    assert_int_equal(send_all(x), GW_EPARTIAL);
    assert_accepts(x->reg, 2);
    cluster_free(x);
}

static void lists_are_kept_by_register_and_key(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    fake *other = fake_register();
    int i;

    (void)state;
    fake_set_gateways(other, x->gw, 1);
    for (i = 0; i < 3; i++) {
        assert_int_equal(use_registers(x, fake_address(x->reg), NULL), 0);
        gw_client_set_secret_key(x->client, gw_slice_str(""));
        assert_int_equal(send_all(x), GW_OK);
        gw_client_set_secret_key(x->client, gw_slice_str("key"));
        assert_int_equal(send_all(x), GW_OK);
        assert_int_equal(use_registers(x, fake_address(other), NULL), 0);
        assert_int_equal(send_all(x), GW_OK);
    }
    assert_accepts(x->reg, 2);
    assert_accepts(other, 1);
    fake_free(other);
    cluster_free(x);
}

static size_t lists_kept(const gw_client *c)
{
    const gw_list *list = c->registry.lists;
    size_t n = 0;

    for (; list != NULL; list = list->next)
        n++;
    return n;
}

static void many_clusters_in_turn(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    char key[16];
    int i;

    (void)state;
    for (i = 0; i < 40; i++) {
        snprintf(key, sizeof key, "key-%d", i % 20);
        gw_client_set_secret_key(x->client, gw_slice_str(key));
        assert_int_equal(send_all(x), GW_OK);
    }
    assert_true(lists_kept(x->client) <= GW_REGISTRY_LISTS_MAX);
    cluster_free(x);
}

static void registers_and_the_key_have_limits(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    gw_slice list[65];
    char *key = malloc(65537);
    size_t i;

    (void)state;
    memset(key, 'k', 65537);
    for (i = 0; i < 65; i++)
        list[i] = gw_slice_str("127.0.0.1:1");
    assert_int_equal(gw_client_set_registers(x->client, list, 65), GW_EINVAL);
    assert_int_equal(gw_client_set_registers(x->client, list, 64), GW_OK);
    assert_int_equal(
        gw_client_set_secret_key(x->client, gw_slice_of(key, 65537)),
        GW_EINVAL);
    assert_int_equal(
        gw_client_set_secret_key(x->client, gw_slice_of(key, 65536)), GW_OK);
    free(key);
    cluster_free(x);
}

/* ---- shapes ------------------------------------------------------------- */

static void an_object_of_addresses_is_a_list(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    const char *a = fake_address(x->gw[0]), *b = fake_address(x->gw[1]);
    names seen = {""};

    (void)state;
    fake_set_line(x->reg, text("{\"event\":\"broadcast_addresses\","
                               "\"addresses\":{\"2\":\"%s\",\"5\":\"%s\"}}",
                               b, a));
    assert_int_equal(gw_gateways(x->client, add_name, &seen), GW_OK);
    assert_string_equal(seen.text, text("%s %s ", b, a));
    assert_int_equal(send_all(x), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    fake_wait_frames(x->gw[1], 1);
    assert_accepts(x->reg, 1);
    cluster_free(x);
}

static void an_address_that_is_listed_twice_gets_one_message(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    const char *a = fake_address(x->gw[0]);

    (void)state;
    fake_set_line(x->reg, text("{\"event\":\"broadcast_addresses\","
                               "\"addresses\":[\"%s\",\"%s\"]}",
                               a, a));
    assert_int_equal(send_all(x), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_int_equal(fake_count(x->gw[0], "hello"), 1);
    cluster_free(x);
}

/* ---- without a Register ---------------------------------------------------
 */

static void gateways_may_be_named_instead(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    gw_slice list[3];
    gw_slice bad = gw_slice_str("nowhere");
    names seen = {""};

    (void)state;
    list[0] = list[1] = gw_slice_str(fake_address(x->gw[1]));
    list[2] = gw_slice_str(fake_refusing(0));
    assert_int_equal(gw_client_set_gateways(x->client, &bad, 1), GW_EINVAL);
    assert_int_equal(gw_client_set_gateways(x->client, list, 3), GW_OK);
    assert_int_equal(gw_gateways(x->client, add_name, &seen), GW_OK);
    assert_string_equal(seen.text,
                        text("%.*s %.*s ", (int)list[1].len, list[1].base,
                             (int)list[2].len, list[2].base));
    assert_int_equal(send_all(x), GW_EPARTIAL);
    fake_wait_frames(x->gw[1], 1);
    assert_accepts(x->reg, 0);
    assert_int_equal(gw_client_set_gateways(x->client, NULL, 0), GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    assert_accepts(x->reg, 1);
    cluster_free(x);
}

static void so_many_gateways_may_be_named_and_no_more(void **state)
{
    enum { MANY = GW_GATEWAYS_MAX + 1 };
    cluster *x = cluster_new(0, PLENTY_MS);
    gw_slice *list = calloc(MANY, sizeof *list);
    size_t i;

    (void)state;
    for (i = 0; i < MANY; i++)
        list[i] = gw_slice_str("127.0.0.1:1");
    assert_int_equal(gw_client_set_gateways(x->client, list, MANY), GW_EINVAL);
    assert_int_equal(gw_client_set_gateways(x->client, list, MANY - 1), GW_OK);
    free(list);
    cluster_free(x);
}

/* Each kind of list is one block; the sanitizer sees whether it has room. */
static void lists_have_room_for_many_different_addresses(void **state)
{
    enum { MANY = 40 };
    cluster *x = cluster_new(0, PLENTY_MS);
    char texts[MANY][24], line[2048] = "";
    gw_slice list[MANY];
    names named = {""}, listed = {""};
    size_t i, len = 0;

    (void)state;
    for (i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof texts[i], "127.0.0.1:%lu",
                 (unsigned long)i + 1);
        list[i] = gw_slice_str(texts[i]);
        len += (size_t)snprintf(line + len, sizeof line - len, "%s\"%s\"",
                                i == 0 ? "" : ",", texts[i]);
    }
    fake_set_line(x->reg, text("{\"event\":\"broadcast_addresses\","
                               "\"addresses\":[%s]}",
                               line));
    assert_int_equal(gw_gateways(x->client, add_name, &listed), GW_OK);
    assert_int_equal(gw_client_set_registers(x->client, list, MANY), GW_OK);
    assert_int_equal(gw_client_set_gateways(x->client, list, MANY), GW_OK);
    assert_int_equal(gw_gateways(x->client, add_name, &named), GW_OK);
    assert_string_equal(listed.text, named.text);
    assert_non_null(strstr(named.text, "127.0.0.1:39 127.0.0.1:40 "));
    cluster_free(x);
}

/* ---- failures in the reference's words ---------------------------------- */

static void no_register_answers(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    const char *a = fake_refusing(0), *b = fake_refusing(1);

    (void)state;
    assert_int_equal(use_registers(x, a, NULL), GW_OK);
    assert_int_equal(send_all(x), GW_EREGISTER);
    assert_error(x->client,
                 text("Can not connect to tcp://%s Connection refused", a));
    assert_int_equal(use_registers(x, a, b), GW_OK);
    assert_int_equal(send_all(x), GW_EREGISTER);
    assert_error(x->client,
                 text("Can not connect to tcp://%s Connection refused; "
                      "tcp://%s Connection refused",
                      a, b));
    cluster_free(x);
}

static void connecting_to_a_register_hangs(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    fake_full *full = fake_full_new();
    uint64_t start = fake_now();

    (void)state;
    gw_client_set_timeouts(x->client, 300, PLENTY_MS);
    assert_int_equal(use_registers(x, fake_full_address(full), NULL), GW_OK);
    assert_int_equal(send_all(x), GW_EREGISTER);
    assert_took(start, 300);
    assert_error(x->client,
                 text("Can not connect to tcp://%s Connection timed out",
                      fake_full_address(full)));
    fake_full_free(full);
    cluster_free(x);
}

static void a_register_knows_no_gateway(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    names seen = {""};

    (void)state;
    assert_int_equal(send_all(x), GW_ENOGATEWAY);
    assert_error(x->client,
                 text("Gateway::getAllGatewayAddressesFromRegister() with "
                      "registerAddress:\"%s\"  return array (\n)",
                      fake_address(x->reg)));
    assert_int_equal(gw_gateways(x->client, add_name, &seen), GW_ENOGATEWAY);
    assert_int_equal(use_registers(x, fake_address(x->reg), "127.0.0.1:1"),
                     GW_OK);
    assert_int_equal(send_all(x), GW_ENOGATEWAY);
    assert_non_null(strstr(gw_client_error(x->client),
                           text("registerAddress:[\"%s\",\"127.0.0.1:1\"]  ",
                                fake_address(x->reg))));
    cluster_free(x);
}

/* Since Registers were asked in vain. */
static void thirty_seconds_pass(cluster *x)
{
    x->client->registry.lists->source.failed_at -= 30000;
}

static void the_next_register_is_asked(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    fake *bad = fake_register();

    (void)state;
    gw_client_set_register_ttl(x->client, 0);
    gw_client_set_timeouts(x->client, PLENTY_MS, PLENTY_MS);
    assert_int_equal(use_registers(x, fake_address(bad), fake_address(x->reg)),
                     GW_OK);
    fake_set_mode(bad, FAKE_CLOSE);
    assert_int_equal(send_all(x), GW_OK);
    gw_client_set_timeouts(x->client, 200, PLENTY_MS);
    fake_set_mode(bad, FAKE_SILENT);
    thirty_seconds_pass(x);
    assert_int_equal(send_all(x), GW_OK);
    fake_set_line(bad, "half");
    fake_set_mode(bad, FAKE_HALF);
    thirty_seconds_pass(x);
    assert_int_equal(send_all(x), GW_OK);
    gw_client_set_timeouts(x->client, PLENTY_MS, PLENTY_MS);
    fake_wait_closed(bad, 3);
    assert_accepts(bad, 3);
    fake_stop(bad);
    thirty_seconds_pass(x);
    assert_int_equal(send_all(x), GW_OK);
    assert_accepts(x->reg, 4);
    fake_free(bad);
    cluster_free(x);
}

/* A machine that is gone would take a connect timeout of every call that asks.
 */
static void the_register_that_answered_is_asked_first_for_a_while(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    fake *first = fake_register();

    (void)state;
    gw_client_set_register_ttl(x->client, 0);
    assert_int_equal(
        use_registers(x, fake_address(first), fake_address(x->reg)), GW_OK);
    fake_set_gateways(first, x->gw, 1);
    fake_set_mode(first, FAKE_CLOSE);
    assert_int_equal(send_all(x), GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    assert_accepts(first, 1);
    assert_accepts(x->reg, 2);
    thirty_seconds_pass(x);
    assert_int_equal(send_all(x), GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    assert_accepts(first, 2);
    assert_accepts(x->reg, 4);
    fake_set_mode(x->reg, FAKE_CLOSE);
    assert_int_equal(send_all(x), GW_EREGISTERREPLY);
    fake_set_mode(first, FAKE_ANSWER);
    assert_int_equal(send_all(x), GW_OK); /* it is asked after all */
    assert_int_equal(send_all(x), GW_OK);
    assert_accepts(first, 5);
    assert_accepts(x->reg, 6);
    fake_free(first);
    cluster_free(x);
}

/* Of the others, in their order. */
static void when_who_answered_fails_every_other_is_asked(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    fake *others[3] = {fake_register(), fake_register(), fake_register()};
    gw_slice list[4];
    size_t i;

    (void)state;
    gw_client_set_register_ttl(x->client, 0);
    for (i = 0; i < 3; i++) {
        list[i < 2 ? i : 3] = gw_slice_str(fake_address(others[i]));
        fake_set_mode(others[i], FAKE_CLOSE);
    }
    list[2] = gw_slice_str(fake_address(x->reg));
    assert_int_equal(gw_client_set_registers(x->client, list, 4), GW_OK);
    assert_int_equal(send_all(x), GW_OK);
    fake_set_mode(x->reg, FAKE_CLOSE);
    assert_int_equal(send_all(x), GW_EREGISTERREPLY);
    assert_error(x->client,
                 text("getAllGatewayAddressesFromRegister fail. tcp://%s "
                      "return false (closed without an answer: wrong or "
                      "missing secret key?)",
                      fake_address(x->reg)));
    assert_accepts(x->reg, 2);
    assert_accepts(others[0], 2);
    assert_accepts(others[1], 2);
    assert_accepts(others[2], 1);
    for (i = 0; i < 3; i++)
        fake_free(others[i]);
    cluster_free(x);
}

static void wait_for_lookup(gw_client *c, gw_pollfd *fd, uint64_t *limit)
{
    assert_true(gw_lookup_wants(&c->call.lookup, fd, limit));
    assert_int_equal(gw_net_poll(fd, 1, FAKE_PATIENCE_MS), 0);
    assert_true(fd->revents != 0);
}

/* Steps until the Register was asked; returns the limit of its answer. */
static uint64_t put_question(cluster *x)
{
    gw_client *c = x->client;
    uint64_t limit;
    gw_pollfd fd;

    assert_int_equal(gw_call_begin(c), GW_OK);
    assert_int_equal(gw_lookup_start(c, c->call.deadline), GW_EAGAIN);
    while (c->call.lookup.state != GW_LOOKUP_RECV) {
        wait_for_lookup(c, &fd, &limit);
        assert_int_equal(gw_lookup_step(c, 1, fake_now()), GW_EAGAIN);
    }
    assert_true(gw_lookup_wants(&c->call.lookup, &fd, &limit));
    return limit;
}

static void assert_given_up(cluster *x, int rc, const char *told)
{
    gw_client *c = x->client;

    assert_int_equal(rc, GW_EREGISTERREPLY);
    assert_int_equal(gw_lookup_report(c, rc), rc);
    assert_error(c, text("getAllGatewayAddressesFromRegister fail. tcp://%s "
                         "return %s",
                         fake_address(x->reg), told));
    gw_lookup_cancel(c);
    assert_int_equal(gw_call_fail(c, GW_OK), GW_OK);
}

static void the_last_register_has_all_the_time_that_is_left(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    uint64_t limit;

    (void)state;
    gw_client_set_timeouts(x->client, PLENTY_MS / 2, PLENTY_MS);
    fake_set_mode(x->reg, FAKE_SILENT);
    limit = put_question(x);
    assert_int_equal(limit, x->client->call.deadline);
    assert_given_up(x, gw_lookup_step(x->client, 0, limit), "false");
    cluster_free(x);
}

static void a_register_that_keeps_talking_is_given_up_at_its_limit(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    uint64_t limit;
    gw_pollfd fd;

    (void)state;
    fake_set_mode(x->reg, FAKE_HALF);
    fake_set_line(x->reg, "half a ");
    limit = put_question(x);
    wait_for_lookup(x->client, &fd, &limit);
    assert_given_up(x, gw_lookup_step(x->client, 1, limit), "'half'");
    cluster_free(x);
}

/* ---- a list that is old ------------------------------------------------- */

static void a_gateway_that_left_is_no_failure(void **state)
{
    cluster *x = cluster_new(3, PLENTY_MS);
    names seen = {""};

    (void)state;
    fake_set_gateways(x->reg, x->gw, 2);
    assert_int_equal(send_all(x), GW_OK);
    cluster_stop(x, 0);
    fake_set_gateways(x->reg, x->gw + 1, 2);
    assert_int_equal(send_all(x), GW_OK);
    fake_wait_frames(x->gw[1], 2);
    fake_wait_frames(x->gw[2], 1);
    assert_accepts(x->reg, 2);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_int_equal(fake_count(x->gw[1], "hello"), 2);
    assert_int_equal(fake_count(x->gw[2], "hello"), 1);
    assert_int_equal(gw_gateways(x->client, add_name, &seen), GW_OK);
    assert_string_equal(seen.text, text("%s %s ", fake_address(x->gw[1]),
                                        fake_address(x->gw[2])));
    cluster_free(x);
}

static void a_gateway_that_is_still_listed_is_a_failure(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    (void)state;
    assert_int_equal(send_all(x), GW_OK);
    cluster_stop(x, 1);
    assert_int_equal(send_all(x), GW_EPARTIAL);
    assert_failure(x->client, 0, fake_address(x->gw[1]), GW_ECONNECT);
    assert_accepts(x->reg, 2);
    cluster_free(x);
}

static void when_asking_again_fails_the_old_list_holds(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    (void)state;
    assert_int_equal(send_all(x), GW_OK);
    cluster_stop(x, 1);
    fake_stop(x->reg);
    assert_int_equal(send_all(x), GW_EPARTIAL);
    assert_failure(x->client, 0, fake_address(x->gw[1]), GW_ECONNECT);
    assert_int_equal(send_all(x), GW_EPARTIAL);
    fake_wait_frames(x->gw[0], 3);
    cluster_free(x);
}

/* It was served, or has failed, before the list came that is empty. */
static void an_empty_list_does_not_undo_what_has_happened(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    int64_t count;

    (void)state;
    assert_int_equal(send_all(x), GW_OK);
    cluster_stop(x, 1);
    fake_set_gateways(x->reg, x->gw, 0);
    assert_int_equal(send_all(x), GW_OK);
    fake_wait_frames(x->gw[0], 2);

    fake_set_gateways(x->reg, x->gw, 2);
    gw_client_set_register_ttl(x->client, 0);
    assert_int_equal(send_all(x), GW_EPARTIAL);
    gw_client_set_register_ttl(x->client, PLENTY_MS);
    fake_set_gateways(x->reg, x->gw, 0);
    fake_set_mode(x->gw[0], FAKE_GARBAGE);
    assert_int_equal(gw_get_client_count(x->client, NULL, &count), GW_EPARTIAL);
    assert_failure(x->client, 0, fake_address(x->gw[0]), GW_EPROTO);
    cluster_free(x);
}

static void when_every_gateway_left_there_is_none(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(send_all(x), GW_OK);
    cluster_stop(x, 0);
    fake_set_gateways(x->reg, x->gw, 0);
    assert_int_equal(send_all(x), GW_ENOGATEWAY);
    cluster_free(x);
}

/* ---- names and IPv6 ----------------------------------------------------- */

static int same_id(void *arg, const gw_client_id *id)
{
    gw_client_id *got = arg;

    *got = *id;
    return 0;
}

static void a_host_name_stands_for_its_ipv4_address(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client_id id = fake_client(x->gw[0], 7), got;

    (void)state;
    assert_int_equal(
        use_registers(x, text("localhost:%u", (unsigned)fake_port(x->reg)),
                      NULL),
        GW_OK);
    fake_set_line(x->reg, text("{\"event\":\"broadcast_addresses\","
                               "\"addresses\":[\"localhost:%u\"]}",
                               (unsigned)fake_port(x->gw[0])));
    fake_set_reply_str(x->gw[0], "a:1:{i:0;i:7;}");
    assert_int_equal(
        gw_get_client_ids_by_uid(x->client, gw_key_str("u"), same_id, &got),
        GW_OK);
    assert_int_equal(got.ip, id.ip);
    assert_int_equal(got.port, id.port);
    assert_int_equal(got.connection, 7);
    assert_int_equal(gw_send_to_all(x->client, &hello, &id, 1), GW_OK);
    fake_wait_frames(x->gw[0], 2);
    assert_int_equal(fake_count(x->gw[0], "{\"exclude\":{\"7\":7}}"), 1);
    cluster_free(x);
}

static void a_name_that_does_not_resolve_is_a_failure(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_line(x->reg, text("{\"event\":\"broadcast_addresses\","
                               "\"addresses\":[\"%s\",\"no.such.invalid:1\"]}",
                               fake_address(x->gw[0])));
    assert_int_equal(send_all(x), GW_EPARTIAL);
    assert_failure(x->client, 0, "no.such.invalid:1", GW_ERESOLVE);
    fake_wait_frames(x->gw[0], 1);
    assert_int_equal(use_registers(x, "no.such.invalid:1", NULL), GW_OK);
    assert_int_equal(send_all(x), GW_EREGISTER);
    cluster_free(x);
}

static void gateways_may_have_ipv6_addresses(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    fake *six = fake_gateway6();

    (void)state;
    if (six == NULL) {
        cluster_free(x);
        skip();
    }
    fake_set_gateways(x->reg, &six, 1);
    assert_int_equal(send_all(x), GW_OK);
    fake_wait_frames(six, 1);
    fake_free(six);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_believed_for_its_time),
        cmocka_unit_test(a_list_that_was_just_asked_for_is_not_asked_for_again),
        cmocka_unit_test(lists_are_kept_by_register_and_key),
        cmocka_unit_test(many_clusters_in_turn),
        cmocka_unit_test(registers_and_the_key_have_limits),
        cmocka_unit_test(an_object_of_addresses_is_a_list),
        cmocka_unit_test(an_address_that_is_listed_twice_gets_one_message),
        cmocka_unit_test(gateways_may_be_named_instead),
        cmocka_unit_test(so_many_gateways_may_be_named_and_no_more),
        cmocka_unit_test(lists_have_room_for_many_different_addresses),
        cmocka_unit_test(no_register_answers),
        cmocka_unit_test(connecting_to_a_register_hangs),
        cmocka_unit_test(a_register_knows_no_gateway),
        cmocka_unit_test(the_next_register_is_asked),
        cmocka_unit_test(the_register_that_answered_is_asked_first_for_a_while),
        cmocka_unit_test(when_who_answered_fails_every_other_is_asked),
        cmocka_unit_test(the_last_register_has_all_the_time_that_is_left),
        cmocka_unit_test(
            a_register_that_keeps_talking_is_given_up_at_its_limit),
        cmocka_unit_test(a_gateway_that_left_is_no_failure),
        cmocka_unit_test(a_gateway_that_is_still_listed_is_a_failure),
        cmocka_unit_test(when_asking_again_fails_the_old_list_holds),
        cmocka_unit_test(an_empty_list_does_not_undo_what_has_happened),
        cmocka_unit_test(when_every_gateway_left_there_is_none),
        cmocka_unit_test(a_host_name_stands_for_its_ipv4_address),
        cmocka_unit_test(a_name_that_does_not_resolve_is_a_failure),
        cmocka_unit_test(gateways_may_have_ipv6_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
