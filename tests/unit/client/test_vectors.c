/* Every command's bytes, held to what the reference was recorded to send. */
#include "support.h"

#include "buf.h"
#include "json_read.h"

static cluster *x;
static gw_client_id A, B, C, gone;
static char long_text[301];

static gw_key S(const char *str)
{
    return gw_key_str(str);
}

static gw_key I(int64_t num)
{
    return gw_key_int(num);
}

static gw_message M(const char *str)
{
    return gw_message_of(str, strlen(str));
}

/* ---- callbacks that take everything ------------------------------------- */

static int any_id(void *arg, const gw_client_id *id)
{
    (void)arg;
    return id->connection == 0;
}

static int any_uid(void *arg, const gw_key *uid, const gw_client_id *id)
{
    (void)arg;
    (void)id;
    return uid->type == GW_KEY_NONE;
}

static int any_session(void *arg, const gw_client_id *id, gw_slice session)
{
    (void)arg;
    (void)session;
    return id->connection == 0;
}

static int any_count(void *arg, const gw_key *group, int64_t count)
{
    (void)arg;
    return group->type == GW_KEY_NONE || count < 0;
}

static int any_key(void *arg, const gw_key *key)
{
    (void)arg;
    return key->type == GW_KEY_NONE;
}

static int any_row(void *arg, const gw_row *row)
{
    (void)arg;
    return row->id.connection == 0;
}

/* ---- short forms -------------------------------------------------------- */

static int online(gw_client *c, gw_client_id id)
{
    int is;

    return gw_is_online(c, &id, &is);
}

static int session(gw_client *c, gw_client_id id)
{
    gw_slice s;

    return gw_get_session(c, &id, &s);
}

static int set(gw_client *c, gw_client_id id, const char *s)
{
    return gw_set_session(c, &id, gw_slice_str(s));
}

static int update(gw_client *c, gw_client_id id, const char *s)
{
    return gw_update_session(c, &id, gw_slice_str(s));
}

static int ids_by_uid(gw_client *c, gw_key uid)
{
    return gw_get_client_ids_by_uid(c, uid, any_id, NULL);
}

static int ids_by_uids(gw_client *c, gw_key a, gw_key b, gw_key d)
{
    gw_key uids[3] = {a, b, d};

    return gw_batch_get_client_ids_by_uid(c, uids, 3, any_uid, NULL);
}

static int to_uid(gw_client *c, gw_key uid, const char *str)
{
    gw_message m = M(str);

    return gw_send_to_uids(c, &uid, 1, &m);
}

static int to_uids(gw_client *c, gw_key a, gw_key b, gw_key d, const char *str)
{
    gw_key uids[3] = {a, b, d};
    gw_message m = M(str);

    return gw_send_to_uids(c, uids, 3, &m);
}

static int to_client(gw_client *c, gw_client_id id, const char *str)
{
    gw_message m = M(str);

    return gw_send_to_client(c, &id, &m);
}

static int to_groups(gw_client *c, size_t count, const char *str,
                     size_t exclude, unsigned flags)
{
    gw_key groups[2] = {S("g1"), I(7)};
    gw_client_id ids[2] = {A, B};
    gw_message m = M(str);

    m.flags |= flags;
    return gw_send_to_groups(c, groups, count, &m, ids, exclude);
}

static int to_all(gw_client *c, const char *str, const gw_client_id *exclude)
{
    gw_message m = M(str);

    return gw_send_to_all(c, &m, exclude, exclude != NULL);
}

static int to_some(gw_client *c, const char *str)
{
    gw_client_id ids[3] = {A, C, A};
    gw_message m = M(str);

    return gw_send_to_clients(c, ids, 3, &m);
}

static int to_all_value(gw_client *c, const char *serialized)
{
    gw_message m = M(serialized);

    m.flags = 0;
    return gw_send_to_all(c, &m, NULL, 0);
}

static int count_of(gw_client *c, const gw_key *group)
{
    int64_t count;

    return gw_get_client_count(c, group, &count);
}

static int count_in(gw_client *c, gw_key group)
{
    return count_of(c, &group);
}

static int counts(gw_client *c)
{
    gw_key groups[3] = {S("g1"), S("7"), S("none")};

    return gw_batch_get_client_count(c, groups, 3, any_count, NULL);
}

static int rows(gw_client *c, unsigned fields, size_t groups,
                const gw_client_id *id)
{
    gw_key keys[2] = {S("g1"), I(7)};
    gw_select select;

    memset(&select, 0, sizeof select);
    select.fields = fields;
    select.groups = keys;
    select.group_count = groups;
    select.ids = id;
    select.id_count = id != NULL;
    return gw_select_clients(c, &select, any_row, NULL);
}

static int sessions(gw_client *c, const char *group)
{
    gw_key key = S(group == NULL ? "" : group);

    return gw_get_sessions(c, group == NULL ? NULL : &key, any_session, NULL);
}

static int kick(gw_client *c, gw_client_id id, const char *str)
{
    gw_message m = M(str == NULL ? "" : str);

    return gw_close_client(c, &id, str == NULL ? NULL : &m);
}

#define UID GW_FIELD_UID
#define GROUPS GW_FIELD_GROUPS

/* number, the call as it was recorded, the same call in C */
#define CALLS(X)                                                               \
    X(1, "Gateway::isOnline($A)", online(c, A))                                \
    X(2, "Gateway::isOnline('7f0000010b5400ffffff')", online(c, gone))         \
    X(3, "Gateway::bindUid($A,'u1')", gw_bind_uid(c, &A, S("u1")))             \
    X(4, "Gateway::bindUid($B,42)", gw_bind_uid(c, &B, I(42)))                 \
    X(5, "Gateway::bindUid($C,'u1')", gw_bind_uid(c, &C, S("u1")))             \
    X(6, "Gateway::bindUid($A,'')", gw_bind_uid(c, &A, I(0)))                  \
    X(7, "Gateway::bindUid($A,'0')", gw_bind_uid(c, &A, S("0")))               \
    X(8, "Gateway::isUidOnline('u1')", ids_by_uid(c, S("u1")))                 \
    X(9, "Gateway::isUidOnline('nobody')", ids_by_uid(c, S("nobody")))         \
    X(10, "Gateway::isUidsOnline(['u1','nobody',42])",                         \
      ids_by_uids(c, S("u1"), S("nobody"), I(42)))                             \
    X(11, "Gateway::getClientIdByUid('u1')", ids_by_uid(c, S("u1")))           \
    X(12, "Gateway::getClientIdByUid(42)", ids_by_uid(c, I(42)))               \
    X(13, "Gateway::getClientIdByUid('nobody')", ids_by_uid(c, S("nobody")))   \
    X(14, "Gateway::batchGetClientIdByUid(['u1',42,'nobody'])",                \
      ids_by_uids(c, S("u1"), I(42), S("nobody")))                             \
    X(15, "Gateway::getUidByClientId($A)", rows(c, UID, 0, &A))                \
    X(16, "Gateway::getUidByClientId($B)", rows(c, UID, 0, &B))                \
    X(17, "Gateway::getUidByClientId('7f0000010b5400ffffff')",                 \
      rows(c, UID, 0, &gone))                                                  \
    X(18, "Gateway::sendToUid('u1','hello')", to_uid(c, S("u1"), "hello"))     \
    X(19, "Gateway::sendToUid(42,'n')", to_uid(c, I(42), "n"))                 \
    X(20, "Gateway::sendToUid(['u1',42,'nobody'],'multi')",                    \
      to_uids(c, S("u1"), I(42), S("nobody"), "multi"))                        \
    X(21,                                                                      \
      "Gateway::sendToUid('\xe7\x94\xa8\xe6\x88\xb7/1',"                       \
      "'utf8 \xe4\xbd\xa0\xe5\xa5\xbd')",                                      \
      to_uid(c, S("\xe7\x94\xa8\xe6\x88\xb7/1"),                               \
             "utf8 \xe4\xbd\xa0\xe5\xa5\xbd"))                                 \
    X(22, "Gateway::sendToUid('u1',123)", to_uid(c, S("u1"), "123"))           \
    X(23, "Gateway::sendToUid('u1','')", to_uid(c, S("u1"), ""))               \
    X(24, "Gateway::sendToUid('u1',str_repeat('x',300))",                      \
      to_uid(c, S("u1"), long_text))                                           \
    X(25, "Gateway::sendToClient($A,'to A')", to_client(c, A, "to A"))         \
    X(26, "Gateway::sendToClient($C,'to C')", to_client(c, C, "to C"))         \
    X(27, "Gateway::joinGroup($A,'g1')", gw_join_group(c, &A, S("g1")))        \
    X(28, "Gateway::joinGroup($B,'g1')", gw_join_group(c, &B, S("g1")))        \
    X(29, "Gateway::joinGroup($C,7)", gw_join_group(c, &C, I(7)))              \
    X(30, "Gateway::joinGroup($C,'g1')", gw_join_group(c, &C, S("g1")))        \
    X(31, "Gateway::joinGroup($A,'')", gw_join_group(c, &A, S("")))            \
    X(32, "Gateway::sendToGroup('g1','to group')",                             \
      to_groups(c, 1, "to group", 0, 0))                                       \
    X(33, "Gateway::sendToGroup('g1','not to A',$A)",                          \
      to_groups(c, 1, "not to A", 1, 0))                                       \
    X(34, "Gateway::sendToGroup(['g1',7],'two groups',[$A,$B])",               \
      to_groups(c, 2, "two groups", 2, 0))                                     \
    X(35, "Gateway::sendToGroup('g1',\"\\x81\\x03raw\",null,true)",            \
      to_groups(c, 1, "\x81\x03raw", 0, GW_FLAG_RAW))                          \
    X(36, "Gateway::getClientCountByGroup('g1')", count_in(c, S("g1")))        \
    X(37, "Gateway::getClientIdCountByGroup(7)", count_in(c, I(7)))            \
    X(38, "Gateway::getClientCountByGroup('none')", count_in(c, S("none")))    \
    X(39, "Gateway::batchGetClientIdCountByGroup(['g1','7','none'])",          \
      counts(c))                                                               \
    X(40, "Gateway::getClientIdListByGroup('g1')", rows(c, UID, 1, NULL))      \
    X(41, "Gateway::getClientIdListByGroup(['g1',7])", rows(c, UID, 2, NULL))  \
    X(42, "Gateway::getUidListByGroup('g1')", rows(c, UID, 1, NULL))           \
    X(43, "Gateway::getUidCountByGroup('g1')", rows(c, UID, 1, NULL))          \
    X(44, "Gateway::getAllClientCount()", count_of(c, NULL))                   \
    X(45, "Gateway::getAllClientIdCount()", count_in(c, S("")))                \
    X(46, "Gateway::getAllClientIdList()", rows(c, UID, 0, NULL))              \
    X(47, "Gateway::getAllUidList()", rows(c, UID, 0, NULL))                   \
    X(48, "Gateway::getAllUidCount()", rows(c, UID, 0, NULL))                  \
    X(49, "Gateway::getAllGroupIdList()", gw_get_groups(c, any_key, NULL))     \
    X(50, "Gateway::getAllGroupUidList()", rows(c, UID | GROUPS, 0, NULL))     \
    X(51, "Gateway::getAllGroupUidCount()", rows(c, UID | GROUPS, 0, NULL))    \
    X(52, "Gateway::getAllGroupClientIdList()", rows(c, GROUPS, 0, NULL))      \
    X(53, "Gateway::getAllGroupClientIdCount()", rows(c, GROUPS, 0, NULL))     \
    X(54, "Gateway::getSession($A)", session(c, A))                            \
    X(55, "Gateway::setSession($A,['name'=>'Ann','n'=>1,'tags'=>['x','y']])",  \
      set(c, A,                                                                \
          "a:3:{s:4:\"name\";s:3:\"Ann\";s:1:\"n\";i:1;s:4:\"tags\";"          \
          "a:2:{i:0;s:1:\"x\";i:1;s:1:\"y\";}}"))                              \
    X(56, "Gateway::updateSession($A,['n'=>2,'tags'=>[1=>'z'],'new'=>null])",  \
      update(c, A,                                                             \
             "a:3:{s:1:\"n\";i:2;s:4:\"tags\";a:1:{i:1;s:1:\"z\";}"            \
             "s:3:\"new\";N;}"))                                               \
    X(57, "Gateway::updateSession($B,['k'=>1.5,'b'=>true])",                   \
      update(c, B, "a:2:{s:1:\"k\";d:1.5;s:1:\"b\";b:1;}"))                    \
    X(58, "Gateway::getSession($B)", session(c, B))                            \
    X(59, "Gateway::getSession('7f0000010b5400ffffff')", session(c, gone))     \
    X(60, "Gateway::getAllClientSessions()", sessions(c, NULL))                \
    X(61, "Gateway::getClientSessionsByGroup('g1')", sessions(c, "g1"))        \
    X(62, "Gateway::getClientSessionsByGroup('none')", sessions(c, "none"))    \
    X(63, "Gateway::setSession($C,[])", set(c, C, "a:0:{}"))                   \
    X(64, "Gateway::getSession($C)", session(c, C))                            \
    X(65, "Gateway::sendToAll('all')", to_all(c, "all", NULL))                 \
    X(66, "Gateway::sendToAll('some',[$A,$C])", to_some(c, "some"))            \
    X(67, "Gateway::sendToAll('some',[$A,$B,$C],[$B])", to_some(c, "some"))    \
    X(68, "Gateway::sendToAll('except',null,[$A])", to_all(c, "except", &A))   \
    X(69, "Gateway::sendToAll('except one',null,$C)",                          \
      to_all(c, "except one", &C))                                             \
    X(70, "Gateway::sendToAll(['not'=>'scalar'])",                             \
      to_all_value(c, "a:1:{s:3:\"not\";s:6:\"scalar\";}"))                    \
    X(71, "Gateway::leaveGroup($A,'g1')", gw_leave_group(c, &A, S("g1")))      \
    X(72, "Gateway::ungroup('g1')", gw_ungroup(c, S("g1")))                    \
    X(73, "Gateway::unbindUid($A,'u1')", gw_unbind_uid(c, &A, S("u1")))        \
    X(74, "Gateway::unbindUid($B,'wrong uid')",                                \
      gw_unbind_uid(c, &B, S("wrong uid")))                                    \
    X(75, "Gateway::closeClient($A,'bye')", kick(c, A, "bye"))                 \
    X(76, "Gateway::destoryClient($B)", gw_destroy_client(c, &B))              \
    X(77, "Gateway::closeClient($C)", kick(c, C, NULL))                        \
    X(78, "Gateway::sendToUid('u1','hi')", to_uid(c, S("u1"), "hi"))

#define CALL_FUNCTION(n, php, expr)                                            \
    static int call_##n(gw_client *c)                                          \
    {                                                                          \
        return expr;                                                           \
    }
CALLS(CALL_FUNCTION)

static const struct {
    const char *php;
    int (*fn)(gw_client *c);
} calls[] = {
#define CALL_ROW(n, php, expr) {php, call_##n},
    CALLS(CALL_ROW)};

static int (*find_call(const char *php))(gw_client *)
{
    size_t i;

    for (i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(calls[i].php, php) == 0)
            return calls[i].fn;
    }
    return NULL;
}

/* ---- one line of a vector file ------------------------------------------ */

typedef struct expectation {
    fake *to;
    uint8_t send[2048];
    size_t send_len;
} expectation;

static void next(gw_json *json, gw_json_token *token)
{
    assert_int_equal(gw_json_next(json, token), 0);
}

static size_t from_hex(gw_slice hex, uint8_t *out)
{
    size_t i;

    for (i = 0; i + 1 < hex.len; i += 2) {
        char pair[3] = {hex.base[i], hex.base[i + 1], '\0'};

        out[i / 2] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return hex.len / 2;
}

/* {"to":…,"send":…,"recv":…}, its brace just read: sets the reply up. */
static void read_exchange(gw_json *json, expectation *e)
{
    uint8_t recv[2048];
    size_t recv_len = 0;
    gw_json_token name, value;

    for (next(json, &name); name.type != GW_JSON_OBJECT_END;
         next(json, &name)) {
        next(json, &value);
        if (gw_json_equals(&name, "to"))
            e->to =
                gw_json_equals(&value, "127.0.0.1:2900") ? x->gw[0] : x->gw[1];
        else if (gw_json_equals(&name, "send"))
            e->send_len = from_hex(value.text, e->send);
        else if (gw_json_equals(&name, "recv"))
            recv_len = from_hex(value.text, recv);
    }
    if (recv_len > 0)
        fake_set_reply(e->to, recv + 4, recv_len - 4);
}

static size_t read_wire(gw_json *json, expectation *e)
{
    gw_json_token token;
    size_t n = 0;

    for (next(json, &token); token.type == GW_JSON_OBJECT; next(json, &token))
        read_exchange(json, &e[n++]);
    return n;
}

static void check(const char *php, const expectation *e)
{
    uint8_t got[2048];
    size_t len;

    fake_wait_frames(e->to, 1);
    len = fake_bytes(e->to, got, sizeof got);
    if (len != e->send_len || memcmp(got, e->send, len) != 0)
        fail_msg("%s sent other bytes than the reference", php);
}

/* Returns whether the line asks for anything on the wire. */
static int replay_line(gw_slice line)
{
    expectation e[4];
    gw_json json;
    gw_json_token token;
    gw_buf php;
    size_t i, n = 0;
    int (*fn)(gw_client *);

    memset(e, 0, sizeof e);
    gw_buf_init(&php, NULL, 0);
    fake_forget(x->gw[0]);
    fake_forget(x->gw[1]);
    gw_json_init(&json, line);
    next(&json, &token);
    for (next(&json, &token); token.type == GW_JSON_NAME; next(&json, &token)) {
        gw_json_token value;

        next(&json, &value);
        if (gw_json_equals(&token, "call"))
            gw_json_unescape(&php, &value);
        else if (gw_json_equals(&token, "wire"))
            n = read_wire(&json, e);
        else
            gw_json_skip(&json, &value);
    }
    gw_buf_put_char(&php, '\0');
    if (n > 0) {
        fn = find_call(php.base);
        if (fn == NULL)
            fail_msg("no C call for %s", php.base);
        assert_int_equal(fn(x->client), GW_OK);
    }
    for (i = 0; i < n; i++)
        check(php.base, &e[i]);
    gw_buf_deinit(&php);
    return n > 0;
}

static int replay_file(const char *name)
{
    static char line[65536];
    FILE *file = fopen(text("%s/%s", GW_VECTORS_DIR, name), "r");
    int n = 0;

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        n += replay_line(gw_slice_of(line, strcspn(line, "\n")));
    fclose(file);
    return n;
}

static int setup(void **state)
{
    (void)state;
    x = cluster_new(2, PLENTY_MS);
    A = fake_client(x->gw[0], 1);
    B = fake_client(x->gw[0], 2);
    C = fake_client(x->gw[1], 1);
    gone = fake_client(x->gw[0], 16777215);
    memset(long_text, 'x', 300);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cluster_free(x);
    return 0;
}

static void every_recorded_call_sends_the_same_bytes(void **state)
{
    (void)state;
    assert_true(replay_file("calls.jsonl") > 80);
    assert_accepts(x->gw[0], 1);
    assert_accepts(x->gw[1], 1);
    assert_accepts(x->reg, 1);
}

/* The reference authorises each call, since each is a connection of its own. */
static void with_a_key_authorisation_comes_first(void **state)
{
    gw_options options;

    (void)state;
    cluster_options(x, &options);
    options.secret_key = gw_slice_str("s3cret");
    options.persistent = 0;
    cluster_client(x, &options);
    fake_set_key(x->gw[0], "s3cret");
    fake_set_key(x->gw[1], "s3cret");
    fake_forget(x->reg);
    assert_int_equal(replay_file("calls-secret-key.jsonl"), 5);
    assert_int_equal(fake_count(x->reg, "{\"event\":\"worker_connect\","
                                        "\"secret_key\":\"s3cret\"}\n"),
                     1);
}

static void the_key_is_sent_once_per_connection(void **state)
{
    gw_options options;
    int i;

    (void)state;
    cluster_options(x, &options);
    options.secret_key = gw_slice_str("s3cret");
    cluster_client(x, &options);
    fake_set_key(x->gw[0], "s3cret");
    fake_forget(x->gw[0]);
    for (i = 0; i < 10; i++)
        assert_int_equal(online(x->client, A), GW_OK);
    assert_int_equal(fake_count(x->gw[0], "s3cret"), 1);
    assert_frames(x->gw[0], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            every_recorded_call_sends_the_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(with_a_key_authorisation_comes_first,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_key_is_sent_once_per_connection,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
