/* The inner port: peers that introduce themselves or do not, and then say
 * anything, while clients come and go. Each step is a byte, who (high bits)
 * does what (low bits), and what it needs. Who has not shown the key gets
 * nothing and does nothing; every question gets one reply, which the library
 * can read; the hub stays sound. All is done twice, the second time in
 * pieces. */
#include "steps.h"

#include <stdio.h>
#include <gwclient/protocol.h>

#include "fake_core.h"
#include "key.h"
#include "reply.h"

#define KEY "k3y-of-the-cluster"
#define STEPS_MAX 64
#define QUESTIONS_MAX 256
#define STRANGER_SECONDS 12               /* to introduce oneself in */
#define UNREAD ((size_t)20 * 1024 * 1024) /* more than is queued for a peer */
#define FEW 2 /* of a walk over uids or groups at a time */

typedef int (*check_fn)(gw_slice reply);

typedef struct peer {
    bool known;  /* it has shown the key, or need not */
    bool worker; /* it gets events, too */
    bool lost;   /* said more than is noted here */
    uint32_t since;
    gw_buf said; /* not a whole frame yet */
    check_fn questions[QUESTIONS_MAX];
    size_t asked;
} peer;

typedef struct world {
    fake_core *core;
    bool has_key;
    size_t piece;
    gw_buf *outcome;
    peer peers[FAKE_PEERS];
} world;

static world *w;

/* ---- what peers said ------------------------------------------------------
 */

static const check_fn questions[256] = {
    [GW_CMD_GET_SESSION_BY_CLIENT_ID] = gw_reply_check_bytes,
    [GW_CMD_GET_ALL_CLIENT_SESSIONS] = gw_reply_check_sessions,
    [GW_CMD_GET_CLIENT_SESSIONS_BY_GROUP] = gw_reply_check_sessions,
    [GW_CMD_IS_ONLINE] = gw_reply_check_int,
    [GW_CMD_GET_CLIENT_ID_BY_UID] = gw_reply_check_ids,
    [GW_CMD_BATCH_GET_CLIENT_ID_BY_UID] = gw_reply_check_uids,
    [GW_CMD_GET_CLIENT_COUNT_BY_GROUP] = gw_reply_check_int,
    [GW_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP] = gw_reply_check_counts,
    [GW_CMD_GET_GROUP_ID_LIST] = gw_reply_check_keys,
    [GW_CMD_SELECT] = gw_reply_check_rows,
};

static void note_frame(peer *p, const gw_frame *frame)
{
    if (frame->cmd == GW_CMD_WORKER_CONNECT ||
        frame->cmd == GW_CMD_GATEWAY_CLIENT_CONNECT) {
        /* Or spelt with escapes: that is not found out here. */
        p->known |= has(frame->body, gw_slice_str(KEY)) ||
                    has(frame->body, gw_slice_str("\\"));
        p->worker |= frame->cmd == GW_CMD_WORKER_CONNECT;
    } else if (questions[frame->cmd] != NULL && p->known) {
        p->lost |= p->asked == QUESTIONS_MAX;
        if (!p->lost)
            p->questions[p->asked++] = questions[frame->cmd];
    }
}

static void note_bytes(peer *p, gw_slice bytes)
{
    size_t used = 0, len;
    gw_frame frame;
    gw_slice said;

    if (bytes.len == 0)
        return;
    gw_buf_put_slice(&p->said, bytes);
    said = gw_buf_slice(&p->said);
    while (gw_frame_decode(gw_slice_of(said.base + used, said.len - used),
                           GW_FRAME_MAX, &frame, &len) == GW_OK) {
        note_frame(p, &frame);
        used += len;
    }
    if (used > 0)
        memmove(p->said.base, p->said.base + used, said.len - used);
    p->said.len -= used;
}

/* ---- what they got --------------------------------------------------------
 */

/* A reply to each question, in order; to all of them, unless the connection was
 * closed in between. Events for workers look like replies, so there is no way
 * to tell. */
static void check_replies(peer *p, const fake_conn *conn)
{
    gw_slice got = gw_slice_of(conn->got, conn->len);
    size_t answered = 0;

    HOLDS(p->known || got.len == 0);
    while (got.len > 0 && !p->worker && !p->lost) {
        const uint8_t *head = (const uint8_t *)got.base;
        size_t len;

        HOLDS(got.len >= 4 && answered < p->asked);
        len = (size_t)head[0] << 24 | (size_t)head[1] << 16 |
              (size_t)head[2] << 8 | head[3];
        HOLDS(len <= got.len - 4);
        HOLDS(p->questions[answered++](gw_slice_of(got.base + 4, len)) ==
              GW_OK);
        got = gw_slice_of(got.base + 4 + len, got.len - 4 - len);
    }
    if (!p->worker && !p->lost && !conn->closed)
        HOLDS(answered == p->asked);
    p->asked = 0;
}

static void put_got(const char *got, size_t len)
{
    gw_buf_put_int(w->outcome, (int64_t)len);
    gw_buf_put_char(w->outcome, ':');
    gw_buf_put(w->outcome, got, len);
}

static void forget(peer *p)
{
    gw_buf_deinit(&p->said);
    memset(p, 0, offsetof(peer, questions));
    gw_buf_init(&p->said, NULL, 0);
    p->asked = 0;
}

/* Who was closed goes. */
static void look(int who)
{
    fake_conn *conn = &w->core->conns[who];
    peer *p = &w->peers[who];

    if (conn->stream == NULL)
        return;
    check_replies(p, conn);
    gw_buf_put_int(w->outcome, who);
    put_got(conn->got, conn->len);
    conn->len = 0;
    if (conn->closed) {
        fake_core_hang_up(w->core, who);
        forget(p);
        return;
    }
    HOLDS(p->known || w->core->loop->now - p->since <= STRANGER_SECONDS);
}

/* ---- the hub --------------------------------------------------------------
 */

typedef struct tally {
    size_t parties;
    size_t members; /* of all parties */
} tally;

static void count_party(void *arg, gw_slice text, size_t count)
{
    tally *t = arg;

    (void)text;
    HOLDS(count > 0);
    t->parties++;
    t->members += count;
}

typedef gwd_walk_state (*walk_fn)(const gwd_hub *hub, gwd_walk *walk,
                                  size_t effort, gwd_party_fn fn, void *arg);

static tally walk_all(walk_fn step)
{
    gwd_walk walk = {0};
    tally t = {0};
    gwd_walk_state state;

    while ((state = step(w->core->hub, &walk, FEW, count_party, &t)) ==
           GWD_WALK_ON)
        continue;
    HOLDS(state == GWD_WALK_DONE);
    return t;
}

typedef struct census {
    size_t members;
    size_t bound;
    size_t memberships;
} census;

typedef struct search {
    const gwd_member *member;
    size_t met;
    size_t all;
} search;

static void meet(void *arg, gwd_member *member)
{
    search *s = arg;

    s->met += member == s->member;
    s->all++;
}

static void check_in(gwd_party *party, const gwd_member *member)
{
    search s = {member, 0, 0};

    HOLDS(party != NULL);
    gwd_party_each(party, meet, &s);
    HOLDS(s.met == 1 && s.all == gwd_party_count(party));
}

typedef struct its_groups {
    gwd_member *member;
    size_t count;
} its_groups;

static void check_group(void *arg, const gw_key *key, gw_slice text)
{
    its_groups *its = arg;

    (void)text;
    its->count++;
    check_in(gwd_hub_group(w->core->hub, key), its->member);
}

static void check_member(void *arg, gwd_member *member)
{
    census *c = arg;
    gw_slice uid = gwd_member_uid(member);
    its_groups its = {member, 0};

    c->members++;
    HOLDS(gwd_hub_find(w->core->hub, member->id) == member);
    if (uid.base != NULL) {
        gw_key key = gw_key_normalize(uid);

        c->bound++;
        check_in(gwd_hub_uid(w->core->hub, &key), member);
    }
    gwd_member_each_group(member, check_group, &its);
    HOLDS(its.count == gwd_member_group_count(member));
    c->memberships += its.count;
}

static void check_hub(void)
{
    gwd_hub *hub = w->core->hub;
    census c = {0};
    tally uids = walk_all(gwd_hub_walk_uids);
    tally groups = walk_all(gwd_hub_walk_groups);

    gwd_hub_each(hub, check_member, &c);
    HOLDS(c.members == gwd_hub_count(hub));
    HOLDS(uids.parties == gwd_hub_uid_count(hub) && uids.members == c.bound);
    HOLDS(groups.parties == gwd_hub_group_count(hub) &&
          groups.members == c.memberships);
}

/* ---- steps ----------------------------------------------------------------
 */

static void look_around(void)
{
    for (int i = 0; i < FAKE_PEERS; i++)
        look(i);
    if (w->has_key)
        HOLDS(strstr(w->core->loop->log, KEY) == NULL);
    w->core->loop->log_len = 0;
    w->core->loop->log[0] = '\0';
}

static size_t clients_got(void)
{
    size_t len = 0;

    for (int i = 0; i < FAKE_CLIENTS; i++)
        len += w->core->clients[i].len;
    return len;
}

static void say(int who, gw_slice bytes)
{
    const fake_conn *conn = &w->core->conns[who];
    peer *p = &w->peers[who];
    size_t piece = w->piece > bytes.len / 8 ? w->piece : bytes.len / 8;
    size_t before = clients_got();

    if (conn->stream == NULL) {
        forget(p); /* the loop may have closed the last one by itself */
        p->known = !w->has_key;
        p->since = w->core->loop->now;
    }
    note_bytes(p, bytes);
    while (bytes.len > 0 && !conn->closed) {
        size_t len = piece < bytes.len ? piece : bytes.len;

        fake_core_receive_on(w->core, who, bytes.base, len);
        bytes = gw_slice_of(bytes.base + len, bytes.len - len);
    }
    HOLDS(p->known || clients_got() == before);
    look_around();
}

static void say_frame(int who, const gw_frame *frame)
{
    uint8_t head[GW_FRAME_HEAD_LEN];
    gw_buf bytes;

    HOLDS(gw_frame_encode_head(frame, head) == GW_OK);
    gw_buf_init(&bytes, NULL, 0);
    gw_buf_put(&bytes, head, sizeof(head));
    gw_buf_put_slice(&bytes, frame->ext);
    gw_buf_put_slice(&bytes, frame->body);
    say(who, gw_buf_slice(&bytes));
    gw_buf_deinit(&bytes);
}

static void send_frame(int who, gw_slice *in)
{
    gw_frame frame = {.cmd = (uint8_t)take_byte(in)};

    frame.flag = (uint8_t)take_byte(in);
    frame.connection_id = take_byte(in);
    frame.ext = take(in);
    frame.body = take(in);
    say_frame(who, &frame);
}

static void introduce(int who, unsigned cmd)
{
    char body[128];
    gw_frame frame = {.cmd = (uint8_t)cmd};

    snprintf(body, sizeof(body),
             "{\"worker_key\":\"w%d\",\"secret_key\":\"%s\"}", who / 2,
             w->has_key ? KEY : "");
    frame.body = gw_slice_str(body);
    say_frame(who, &frame);
}

static void come_or_go(int client)
{
    if (w->core->clients[client].member.id != 0)
        fake_core_leave(w->core, client);
    else
        fake_core_arrive(w->core, client, (uint32_t)client + 1);
    look_around();
}

static void pass(unsigned seconds)
{
    while (seconds-- > 0) {
        fake_loop_pass(w->core->loop, 1);
        look_around();
    }
}

static void hang_up(int who)
{
    if (w->core->conns[who].stream != NULL) {
        look(who);
        fake_core_hang_up(w->core, who);
        forget(&w->peers[who]);
    }
}

/* Or goes on to do so. */
static void stop_reading(int who)
{
    fake_conn *conn = &w->core->conns[who];

    if (conn->stream != NULL)
        conn->queued = conn->queued == 0 ? UNREAD : 0;
}

static void do_step(unsigned who, unsigned what, gw_slice *in)
{
    int peer = (int)(who % FAKE_PEERS);
    unsigned kilobytes;

    switch (what) {
    case 0:
        say(peer, take(in));
        break;
    case 1:
        send_frame(peer, in);
        break;
    case 2:
        introduce(peer, who & 4 ? GW_CMD_WORKER_CONNECT
                                : GW_CMD_GATEWAY_CLIENT_CONNECT);
        break;
    case 3:
        come_or_go((int)(who % FAKE_CLIENTS));
        break;
    case 4:
        pass(who + 1);
        break;
    case 5:
        if (who & 4)
            stop_reading(peer);
        else
            hang_up(peer);
        break;
    case 6:
        kilobytes = take_byte(in) % 8;
        say_much(say, peer, kilobytes, (char)take_byte(in));
        break;
    default: /* more than a byte can tell */
        say(peer, take_bytes(in, (take_byte(in) + 1) * 16));
        break;
    }
}

static void put_hub(void *arg, gwd_member *member)
{
    (void)arg;
    gw_buf_put_int(w->outcome, member->id);
    gw_buf_put_slice(w->outcome, gwd_member_uid(member));
    gw_buf_put_slice(w->outcome, gwd_member_session(member));
}

static void run(gw_slice in, size_t piece, gw_buf *outcome)
{
    unsigned mode = take_byte(&in);
    world here = {.has_key = mode & 1, .piece = piece, .outcome = outcome};

    w = &here;
    w->core = fake_core_new(w->has_key ? KEY : "");
    if (mode & 2)
        w->core->remote = "2001:db8::1";
    for (int i = 0; i < FAKE_PEERS; i++)
        gw_buf_init(&w->peers[i].said, NULL, 0);
    for (int i = 0; i < 4; i++)
        fake_core_arrive(w->core, i, (uint32_t)i + 1);
    for (int i = 0; in.len > 0 && i < STEPS_MAX; i++) {
        unsigned byte = take_byte(&in);

        do_step(byte >> 3, byte & 7, &in);
    }
    check_hub();
    gwd_hub_each(w->core->hub, put_hub, NULL);
    for (int i = 0; i < FAKE_CLIENTS; i++)
        put_got(w->core->clients[i].got, w->core->clients[i].len);
    for (int i = 0; i < FAKE_PEERS; i++)
        hang_up(i);
    fake_core_free(w->core);
    for (int i = 0; i < FAKE_PEERS; i++)
        gw_buf_deinit(&w->peers[i].said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_pieces(run, data, size);
    return 0;
}
