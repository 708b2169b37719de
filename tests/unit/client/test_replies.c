/* What replies become: every shape, and every shape that is none. */
#include "support.h"

#include "client_impl.h"

static cluster *x;

/* Everything that callbacks are told, as one line of text. */
static char told[4096];

static void tell(const char *part)
{
    size_t len = strlen(told);

    snprintf(told + len, sizeof told - len, "%s ", part);
}

static void tell_id(const gw_client_id *id)
{
    size_t i;

    for (i = 0; i < x->count; i++) {
        if (id->port == fake_port(x->gw[i]))
            tell(text("%lu/%lu", (unsigned long)i,
                      (unsigned long)id->connection));
    }
}

static const char *key_text(const gw_key *key)
{
    if (key->type == GW_KEY_NONE)
        return "none";
    if (key->type == GW_KEY_INT) {
        assert_int_equal(key->str.len, 0); /* as gw_key_int() makes it */
        return text("i%lld", (long long)key->num);
    }
    return text("'%.*s'", (int)key->str.len, key->str.base);
}

static int on_id(void *arg, const gw_client_id *id)
{
    (void)arg;
    tell_id(id);
    return 0;
}

static int on_uid(void *arg, const gw_key *uid, const gw_client_id *id)
{
    (void)arg;
    tell(key_text(uid));
    if (id != NULL)
        tell_id(id);
    return 0;
}

static int on_session(void *arg, const gw_client_id *id, gw_slice session)
{
    (void)arg;
    tell_id(id);
    tell(text("<%.*s>", (int)session.len, session.base));
    return 0;
}

static int on_count(void *arg, const gw_key *group, int64_t count)
{
    (void)arg;
    tell(key_text(group));
    tell(text("=%lld", (long long)count));
    return 0;
}

static int on_key(void *arg, const gw_key *key)
{
    (void)arg;
    tell(key_text(key));
    return 0;
}

static int on_row(void *arg, const gw_row *row)
{
    gw_slice rest = row->groups;
    gw_key group;

    (void)arg;
    tell_id(&row->id);
    tell(key_text(&row->uid));
    tell(text("<%.*s>", (int)row->session.len, row->session.base));
    while (gw_row_next_group(&rest, &group))
        tell(text("g%s", key_text(&group)));
    return 0;
}

static int on_reply(void *arg, gw_slice address, gw_slice reply)
{
    (void)arg;
    assert_string_equal(text("%.*s", (int)address.len, address.base),
                        fake_address(x->gw[0]));
    tell(text("%.*s", (int)reply.len, reply.base));
    return 0;
}

/* ---- the questions ------------------------------------------------------ */

static int ask_ids(gw_client *c)
{
    return gw_get_client_ids_by_uid(c, gw_key_str("u"), on_id, NULL);
}

static int ask_uids(gw_client *c)
{
    gw_key uids[2] = {gw_key_str("u"), gw_key_int(7)};

    return gw_batch_get_client_ids_by_uid(c, uids, 2, on_uid, NULL);
}

static int ask_sessions(gw_client *c)
{
    return gw_get_sessions(c, NULL, on_session, NULL);
}

static int ask_counts(gw_client *c)
{
    gw_key groups[2] = {gw_key_str("g"), gw_key_int(7)};

    return gw_batch_get_client_count(c, groups, 2, on_count, NULL);
}

static int ask_groups(gw_client *c)
{
    return gw_get_groups(c, on_key, NULL);
}

static int ask_rows(gw_client *c)
{
    gw_select select;

    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID | GW_FIELD_GROUPS | GW_FIELD_SESSION;
    return gw_select_clients(c, &select, on_row, NULL);
}

static int ask_count(gw_client *c)
{
    int64_t count;
    int rc = gw_get_client_count(c, NULL, &count);

    if (rc == GW_OK || count != 0)
        tell(text("%lld", (long long)count));
    return rc;
}

static int ask_frame(gw_client *c)
{
    gw_client_id id = fake_client(x->gw[0], 3);
    gw_frame frame;

    memset(&frame, 0, sizeof frame);
    frame.cmd = GW_CMD_GET_SESSION_BY_CLIENT_ID;
    return gw_query_frame(c, &id, &frame, on_reply, NULL);
}

static const struct {
    int (*ask)(gw_client *c);
    const char *reply; /* of the first gateway; the second has nothing */
    const char *told;  /* NULL: the reply is malformed */
} cases[] = {
    {ask_ids, "a:0:{}", ""},
    {ask_ids, "a:2:{i:0;i:1;i:1;i:4294967295;}", "0/1 0/4294967295 "},
    {ask_ids, "a:1:{i:0;i:0;}", NULL},
    {ask_ids, "a:1:{i:0;i:4294967296;}", NULL},
    {ask_ids, "a:1:{i:0;s:1:\"1\";}", NULL},
    {ask_ids, "a:1:{i:0;a:0:{}}", NULL},
    {ask_ids, "i:1;", NULL},
    {ask_ids, "a:0:{}x", NULL},
    {ask_ids, "", NULL},
    {ask_ids, "a:2:{i:0;i:1;}", NULL},

    {ask_uids,
     "a:3:{s:1:\"u\";a:2:{i:0;i:1;i:1;i:2;}i:7;a:0:{}s:1:\"x\";a:0:{}}",
     "'u' 'u' 0/1 'u' 0/2 i7 'x' "},
    {ask_uids, "a:1:{s:1:\"7\";a:0:{}}", "i7 "},
    {ask_uids, "a:1:{i:7;i:1;}", NULL},
    {ask_uids, "a:1:{i:7;a:1:{i:0;N;}}", NULL},

    {ask_sessions, "a:2:{i:1;s:0:\"\";i:2;s:6:\"a:0:{}\";}",
     "0/1 <> 0/2 <a:0:{}> "},
    {ask_sessions, "a:1:{i:1;i:1;}", NULL},
    {ask_sessions, "a:1:{s:1:\"x\";s:0:\"\";}", NULL},
    {ask_sessions, "a:1:{i:-1;s:0:\"\";}", NULL},

    {ask_counts, "a:2:{s:1:\"g\";i:3;i:7;i:0;}", "'g' =3 i7 =0 "},
    {ask_counts, "a:1:{s:1:\"g\";N;}", NULL},

    {ask_groups, "a:2:{i:0;i:7;i:1;s:2:\"g1\";}", "i7 'g1' "},
    {ask_groups, "a:1:{i:0;d:1.5;}", NULL},

    {ask_count, "i:3;", "3 "},
    {ask_count, "i:9223372036854775807;", "9223372036854775807 "},
    {ask_count, "b:1;", NULL},
    {ask_count, "i:3;i:3;", NULL},

    {ask_rows, "a:0:{}", ""},
    {ask_rows, "a:1:{i:1;a:0:{}}", "0/1 none <> "},
    {ask_rows,
     "a:2:{i:1;a:3:{s:7:\"session\";s:6:\"a:0:{}\";s:3:\"uid\";s:2:\"42\";"
     "s:6:\"groups\";a:2:{i:7;s:1:\"7\";s:2:\"g1\";s:2:\"g1\";}}"
     "i:2;a:3:{s:7:\"session\";N;s:3:\"uid\";N;s:6:\"groups\";a:0:{}}}",
     "0/1 '42' <a:0:{}> gi7 g'g1' 0/2 none <> "},
    {ask_rows, "a:1:{i:1;a:2:{s:3:\"new\";a:1:{i:0;N;}s:3:\"uid\";i:5;}}",
     "0/1 i5 <> "},
    {ask_rows, "a:1:{i:1;a:1:{s:6:\"groups\";N;}}", "0/1 none <> "},
    {ask_rows,
     "a:3:{i:1;a:1:{s:3:\"uid\";s:4:\"a\";}\";}i:2;a:1:{s:3:\"uid\";i:7;}"
     "i:3;a:1:{s:3:\"uid\";s:1:\"7\";}}",
     "0/1 'a\";}' <> 0/2 i7 <> 0/3 '7' <> "},
    {ask_rows, "a:1:{i:1;a:1:{s:3:\"uid\";s:9:\"a\";}}", NULL},
    {ask_rows, "a:2:{i:1;a:1:{s:3:\"uid\";s:1:\"a\";}}", NULL},
    {ask_rows, "a:1:{i:1;N;}", NULL},
    {ask_rows, "a:1:{i:1;a:1:{s:3:\"uid\";a:0:{}}}", NULL},
    {ask_rows, "a:1:{i:1;a:1:{s:7:\"session\";i:1;}}", NULL},
    {ask_rows, "a:1:{i:1;a:1:{s:6:\"groups\";i:1;}}", NULL},
    {ask_rows, "a:1:{i:1;a:1:{s:6:\"groups\";a:1:{i:1;a:0:{}}}}", NULL},
    {ask_rows, "a:1:{i:0;a:0:{}}", NULL},

    {ask_frame, "a:1:{i:0;O:8:\"stdClass\":0:{}}",
     "a:1:{i:0;O:8:\"stdClass\":0:{}} "},
    {ask_frame, "d:0.5;", "d:0.5; "},
    {ask_frame, "nonsense", NULL},
};

static void every_shape_is_read_or_refused(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int one = cases[i].ask == ask_frame, rc;

        told[0] = '\0';
        fake_set_reply_str(x->gw[0], cases[i].reply);
        rc = cases[i].ask(x->client);
        if (cases[i].told != NULL &&
            (rc != GW_OK || strcmp(told, cases[i].told) != 0))
            fail_msg("%s: %s, told %s", cases[i].reply, gw_error_name(rc),
                     told);
        if (cases[i].told != NULL)
            continue;
        if (rc != (one ? GW_EPROTO : GW_EPARTIAL) ||
            (told[0] != '\0' && cases[i].ask != ask_count))
            fail_msg("%s: %s, told %s", cases[i].reply, gw_error_name(rc),
                     told);
        assert_failure(x->client, 0, fake_address(x->gw[0]), GW_EPROTO);
        fake_wait_open(x->gw[0], 0);
    }
}

static void results_come_in_the_registers_order(void **state)
{
    (void)state;
    told[0] = '\0';
    fake_set_reply_str(x->gw[0], "a:1:{i:0;i:1;}");
    fake_set_reply_str(x->gw[1], "a:1:{i:0;i:2;}");
    fake_set_mode(x->gw[0], FAKE_DRIP); /* the slower one comes first */
    assert_int_equal(ask_ids(x->client), GW_OK);
    assert_string_equal(told, "0/1 1/2 ");
}

/* Two processes on one machine, which announced themselves one after the other
 * with another machine's between them. */
static void a_machines_results_come_together(void **state)
{
    cluster *two = x;
    gw_slice address;
    gw_peer *other;
    size_t i;

    (void)state;
    x = cluster_new(3, PLENTY_MS);
    for (i = 0; i < 3; i++)
        fake_set_reply_str(x->gw[i], "a:2:{i:0;i:1;i:1;i:2;}");
    assert_int_equal(ask_ids(x->client), GW_OK);
    address = gw_slice_str(fake_address(x->gw[1]));
    other = gw_pool_peer(x->client, address, gw_pool_hash(x->client, address));
    other->ip++; /* what it is asked on is open */
    told[0] = '\0';
    assert_int_equal(ask_ids(x->client), GW_OK);
    assert_string_equal(told, "0/1 0/2 2/1 2/2 1/1 1/2 ");
    cluster_free(x);
    x = two;
}

static void counts_are_added_up(void **state)
{
    int64_t count;

    (void)state;
    fake_set_reply_str(x->gw[0], "i:40;");
    fake_set_reply_str(x->gw[1], "i:2;");
    assert_int_equal(gw_get_client_count(x->client, NULL, &count), GW_OK);
    assert_int_equal(count, 42);
}

static void a_session_is_null_bytes_or_empty(void **state)
{
    gw_client_id id = fake_client(x->gw[0], 1);
    gw_slice session;

    (void)state;
    fake_set_reply_str(x->gw[0], "N;");
    assert_int_equal(gw_get_session(x->client, &id, &session), GW_OK);
    assert_null(session.base);
    fake_set_reply_str(x->gw[0], "a:0:{}");
    assert_int_equal(gw_get_session(x->client, &id, &session), GW_OK);
    assert_int_equal(session.len, 6);
    assert_memory_equal(session.base, "a:0:{}", 6);
    fake_set_reply_str(x->gw[0], "a:1:{");
    assert_int_equal(gw_get_session(x->client, &id, &session), GW_OK);
    assert_int_equal(session.len, 5);
    fake_set_reply_str(x->gw[0], "");
    assert_int_equal(gw_get_session(x->client, &id, &session), GW_OK);
    assert_int_equal(session.len, 0);
}

static void online_is_zero_or_one(void **state)
{
    gw_client_id id = fake_client(x->gw[0], 1);
    int online = 5;

    (void)state;
    fake_set_reply_str(x->gw[0], "i:1;");
    assert_int_equal(gw_is_online(x->client, &id, &online), GW_OK);
    assert_int_equal(online, 1);
    fake_set_reply_str(x->gw[0], "i:0;");
    assert_int_equal(gw_is_online(x->client, &id, &online), GW_OK);
    assert_int_equal(online, 0);
    fake_set_reply_str(x->gw[0], "N;");
    assert_int_equal(gw_is_online(x->client, &id, &online), GW_EPROTO);
    assert_int_equal(online, 0);
}

static int select_with(size_t groups, size_t uids, size_t ids)
{
    gw_key keys[1] = {gw_key_str("k")};
    gw_client_id id[3];
    gw_select select;

    id[0] = fake_client(x->gw[1], 5);
    id[1] = fake_client(x->gw[1], 3);
    id[2] = fake_client(x->gw[1], 5);
    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID | GW_FIELD_GROUPS | GW_FIELD_SESSION;
    select.groups = select.uids = keys;
    select.group_count = groups;
    select.uid_count = uids;
    select.ids = id;
    select.id_count = ids;
    return gw_select_clients(x->client, &select, on_row, NULL);
}

#define FIELDS "{\"fields\":[\"session\",\"uid\",\"groups\"],\"where\":"

static void selections_say_who_is_meant(void **state)
{
    (void)state;
    assert_int_equal(select_with(0, 0, 0), GW_OK);
    assert_int_equal(fake_count(x->gw[0], FIELDS "[]}"), 1);
    assert_int_equal(select_with(1, 1, 0), GW_OK);
    assert_int_equal(
        fake_count(x->gw[0], FIELDS "{\"groups\":[\"k\"],\"uid\":[\"k\"]}}"),
        1);
    assert_int_equal(select_with(0, 1, 3), GW_OK);
    assert_int_equal(fake_count(x->gw[0], FIELDS "{\"uid\":[\"k\"]}}"), 1);
    assert_int_equal(fake_count(x->gw[1], FIELDS
                                "{\"uid\":[\"k\"],\"connection_id\":{\"5\":"
                                "5,\"3\":3}}}"),
                     1);
    /* ids alone concern their gateways only */
    fake_forget(x->gw[0]);
    assert_int_equal(select_with(0, 0, 3), GW_OK);
    assert_int_equal(
        fake_count(x->gw[1], FIELDS "{\"connection_id\":{\"5\":5,\"3\":3}}}"),
        1);
    assert_frames(x->gw[0], 0);
}

static void a_selection_may_be_as_large_as_a_frame(void **state)
{
    enum { COUNT = 96, LEN = 65536 };
    char *name = malloc(LEN);
    gw_key uids[COUNT];
    gw_client_id id = fake_client(x->gw[1], 5);
    gw_select select;
    size_t i;

    (void)state;
    memset(name, 'u', LEN);
    for (i = 0; i < COUNT; i++)
        uids[i] = gw_key_slice(gw_slice_of(name, LEN));
    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID;
    select.uids = uids;
    select.uid_count = COUNT;
    select.ids = &id;
    select.id_count = 1;
    assert_int_equal(gw_select_clients(x->client, &select, on_row, NULL),
                     GW_OK);
    assert_frames(x->gw[0], 1);
    assert_frames(x->gw[1], 1);
    free(name);
}

/* As the PHP package does: whether the cluster can be reached is learned. */
static void lists_of_none_are_sent_too(void **state)
{
    gw_select select;

    (void)state;
    memset(&select, 0, sizeof select);
    assert_int_equal(gw_send_to_uids(x->client, NULL, 0, &hello), GW_OK);
    assert_int_equal(gw_send_to_groups(x->client, NULL, 0, &hello, NULL, 0),
                     GW_OK);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_int_equal(fake_count(x->gw[0], "[]hello"), 1);
    assert_int_equal(fake_count(x->gw[1], "[]hello"), 1);
    assert_int_equal(
        fake_count(x->gw[0], "{\"group\":[],\"exclude\":null}hello"), 1);
    fake_set_reply_str(x->gw[0], "a:0:{}");
    fake_set_reply_str(x->gw[1], "a:0:{}");
    assert_int_equal(
        gw_batch_get_client_count(x->client, NULL, 0, on_count, NULL), GW_OK);
    assert_int_equal(
        gw_batch_get_client_ids_by_uid(x->client, NULL, 0, on_uid, NULL),
        GW_OK);
    assert_int_equal(fake_count(x->gw[0], "[]"), 4);
    assert_int_equal(gw_select_clients(x->client, &select, on_row, NULL),
                     GW_EINVAL);
}

static void any_frame_can_be_sent(void **state)
{
    gw_client_id id = fake_client(x->gw[0], 0x01020304);
    gw_frame frame, got;
    uint8_t bytes[64];
    size_t len, used;

    (void)state;
    memset(&frame, 0, sizeof frame);
    frame.cmd = 99;
    frame.flag = 2;
    frame.ext = gw_slice_str("ext");
    frame.body = gw_slice_str("body");
    assert_int_equal(gw_send_frame(x->client, &id, &frame), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    len = fake_bytes(x->gw[0], bytes, sizeof bytes);
    assert_int_equal(gw_frame_decode(gw_slice_of(bytes, len), 64, &got, &used),
                     0);
    assert_int_equal(got.cmd, 99);
    assert_int_equal(got.flag, 2);
    assert_int_equal(got.connection_id, 0x01020304);
    assert_int_equal(got.ext.len, 3);
    assert_int_equal(got.body.len, 4);
    assert_int_equal(gw_send_frame(x->client, NULL, &frame), GW_OK);
    fake_wait_frames(x->gw[0], 2);
    fake_wait_frames(x->gw[1], 1);
}

static int setup(void **state)
{
    (void)state;
    x = cluster_new(2, PLENTY_MS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cluster_free(x);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_shape_is_read_or_refused),
        TEST(results_come_in_the_registers_order),
        TEST(a_machines_results_come_together),
        TEST(counts_are_added_up),
        TEST(a_session_is_null_bytes_or_empty),
        TEST(online_is_zero_or_one),
        TEST(selections_say_who_is_meant),
        TEST(a_selection_may_be_as_large_as_a_frame),
        TEST(lists_of_none_are_sent_too),
        TEST(any_frame_can_be_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
