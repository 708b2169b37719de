/* Gateways, workers and strangers at a Register's port, in any order. Each step
 * is a byte, who (high bits) does what (low bits), and what it needs. A model
 * that knows the protocol, but not the service, tells what each has to have
 * heard; all is done twice, the second time in pieces. */
#include "steps.h"

#include <stdio.h>

#include "address.h"
#include "fake_loop.h"
#include "register/register.h"
#include "register_line.h"

#define PEERS 16
#define STEPS_MAX 64
#define LINE_MAX_LEN ((size_t)64 * 1024)
#define UNREAD                                                                 \
    ((size_t)1024 * 1024 + 1) /* more than is queued for one peer              \
                               */
#define AGE_MAX 12 /* seconds to introduce oneself in, or to take leave */

#define BAD_REQUEST "Bad request: this is a Register, "
#define BAD_REQUEST_MAX 128

/* What a peer should be. */
typedef struct peer {
    bool open;
    bool refused;
    bool known;      /* it has shown the key */
    unsigned joined; /* as a gateway, the how manieth; 0: it is none */
    char *address;
    bool is_worker;
    uint32_t since; /* it has come, or was sent away */
    size_t lists;   /* that it got */
    gw_buf line;    /* not whole yet */
    gw_buf list;    /* the last one that it got */
} peer;

typedef struct world {
    fake_loop *loop;
    gwd_register *reg;
    gw_slice key;
    size_t piece;
    uint32_t held_until;
    unsigned joined;
    unsigned seen;      /* of the loop's changes */
    bool key_is_public; /* some gateway has it in its address */
    peer peers[PEERS];
} world;

static world *w;

/* ---- the model ----------------------------------------------------------- */

static void put_text(char **to, gw_slice text)
{
    free(*to);
    *to = malloc(text.len + 1);
    memcpy(*to, text.base, text.len);
    (*to)[text.len] = '\0';
}

static void expect_gateway(peer *p, gw_slice address)
{
    gw_slice host;
    uint16_t port;

    p->known = true;
    if (address.base == NULL || gw_address_split(address, &host, &port) < 0) {
        p->refused = true;
        return;
    }
    put_text(&p->address, address);
    p->joined = ++w->joined;
    if (w->key.len > 0 && strstr(p->address, w->key.base) != NULL)
        w->key_is_public = true;
}

static void expect_event(peer *p, const gw_register_line *line)
{
    bool right = same(line->secret_key, w->key);

    if (line->event == GW_REGISTER_PING)
        return;
    if (line->event == GW_REGISTER_GATEWAY_CONNECT && right) {
        expect_gateway(p, line->address);
    } else if (line->event == GW_REGISTER_WORKER_CONNECT && right) {
        p->known = true;
        p->is_worker = true;
    } else {
        p->refused = true;
    }
}

static void expect_line(peer *p, gw_slice text)
{
    gw_register_line line;
    gw_buf scratch;

    gw_buf_init(&scratch, NULL, 0);
    if (text.len > LINE_MAX_LEN ||
        gw_register_line_read(text, &scratch, &line) < 0)
        p->refused = true;
    else
        expect_event(p, &line);
    gw_buf_deinit(&scratch);
}

static void expect_bytes(peer *p, gw_slice bytes)
{
    gw_buf_put_slice(&p->line, bytes);
    while (!p->refused) {
        gw_slice in = gw_buf_slice(&p->line);
        const char *end = in.len == 0 ? NULL : memchr(in.base, '\n', in.len);
        size_t len = end == NULL ? in.len : (size_t)(end - in.base);

        if (end == NULL) {
            p->refused = len > LINE_MAX_LEN;
            return;
        }
        expect_line(p, gw_slice_of(in.base, len));
        memmove(p->line.base, end + 1, in.len - len - 1);
        p->line.len = in.len - len - 1;
    }
}

/* The gateways that are there, in the order in which they came, each address
 * once. */
static void put_gateways(gw_buf *out)
{
    const char *seen[PEERS];
    size_t count = 0;

    for (unsigned last = 0;;) {
        const peer *next = NULL;
        bool repeated = false;

        for (int i = 0; i < PEERS; i++) {
            const peer *p = &w->peers[i];

            if (p->open && p->joined > last &&
                (next == NULL || p->joined < next->joined))
                next = p;
        }
        if (next == NULL)
            return;
        last = next->joined;
        for (size_t i = 0; i < count; i++)
            repeated = repeated || strcmp(seen[i], next->address) == 0;
        if (repeated)
            continue;
        seen[count++] = next->address;
        gw_buf_put_str(out, next->address);
        gw_buf_put_char(out, '\n');
    }
}

/* ---- what was sent ------------------------------------------------------- */

static int put_address(void *arg, gw_slice address)
{
    gw_buf_put_slice(arg, address);
    gw_buf_put_char(arg, '\n');
    return 0;
}

static void take_list(peer *p, gw_slice text)
{
    gw_register_line line;
    gw_buf scratch;

    gw_buf_init(&scratch, NULL, 0);
    HOLDS(gw_register_line_read(text, &scratch, &line) == GW_OK);
    HOLDS(line.event == GW_REGISTER_BROADCAST_ADDRESSES);
    gw_buf_clear(&p->list);
    HOLDS(gw_register_each_address(line.addresses, put_address, &p->list) ==
          GW_OK);
    p->lists++;
    gw_buf_deinit(&scratch);
}

/* Whole lines: lists, of which a stranger gets none, and last a word for whom
 * it sends away. */
static void take_sent(peer *p, fake_conn *conn)
{
    gw_slice sent = gw_slice_of(conn->got, conn->len);

    while (sent.len > 0) {
        const char *end = memchr(sent.base, '\n', sent.len);

        HOLDS(end != NULL);
        size_t len = (size_t)(end - sent.base) + 1;
        if (sent.base[0] == '{') {
            HOLDS(p->known && p->is_worker);
            HOLDS(conn->queued == 0); /* else so much waits already */
            take_list(p, gw_slice_of(sent.base, len));
        } else {
            HOLDS(p->refused && len == sent.len && len <= BAD_REQUEST_MAX);
            HOLDS(memcmp(sent.base, BAD_REQUEST, strlen(BAD_REQUEST)) == 0);
        }
        sent.base += len;
        sent.len -= len;
    }
    conn->len = 0;
}

static void check_peers(void)
{
    bool held = w->loop->now < w->held_until;
    gw_buf want;

    gw_buf_init(&want, NULL, 0);
    put_gateways(&want);
    for (int i = 0; i < PEERS; i++) {
        peer *p = &w->peers[i];
        const fake_conn *conn = &w->loop->conns[i];

        HOLDS(conn->partial_len <= LINE_MAX_LEN);
        HOLDS(p->open == (conn->stream != NULL));
        if (!p->open)
            continue;
        HOLDS(p->refused == conn->closed);
        HOLDS((p->known && !p->refused) || w->loop->now - p->since <= AGE_MAX);
        if (!p->is_worker || p->refused)
            continue;
        HOLDS((p->lists == 0) == held);
        HOLDS(held || same(gw_buf_slice(&p->list), gw_buf_slice(&want)));
    }
    gw_buf_deinit(&want);
}

static void check_count(void)
{
    size_t count = 0;

    for (int i = 0; i < PEERS; i++)
        count += w->peers[i].open && w->peers[i].joined > 0;
    HOLDS(gwd_register_count(w->reg) == count);
}

/* ---- steps --------------------------------------------------------------- */

static void forget(peer *p)
{
    free(p->address);
    gw_buf_deinit(&p->line);
    gw_buf_deinit(&p->list);
    *p = (peer){0};
}

/* Who went by himself, was sent away, or did not read. */
static void settle(void)
{
    fake_loop_settle(w->loop);
    if (w->loop->changes == w->seen)
        return;
    w->seen = w->loop->changes;
    for (int i = 0; i < PEERS; i++) {
        peer *p = &w->peers[i];

        if (!p->open)
            continue;
        take_sent(p, &w->loop->conns[i]);
        if (w->loop->conns[i].stream == NULL)
            forget(p);
    }
    if (w->key.len > 0 && !w->key_is_public)
        HOLDS(strstr(w->loop->log, w->key.base) == NULL);
    w->loop->log_len = 0;
    w->loop->log[0] = '\0';
}

static void come(int who)
{
    char name[32];
    peer *p = &w->peers[who];

    if (p->open)
        return;
    gw_buf_init(&p->line, NULL, 0);
    gw_buf_init(&p->list, NULL, 0);
    p->open = true;
    p->since = w->loop->now;
    snprintf(name, sizeof(name), "10.0.0.%d:99", who);
    gwd_register_accept(w->reg, fake_fd(who), name);
}

static void say(int who, gw_slice bytes)
{
    const fake_conn *conn = &w->loop->conns[who];
    size_t piece = w->piece > bytes.len / 8 ? w->piece : bytes.len / 8;

    while (bytes.len > 0) {
        peer *p = &w->peers[who];
        size_t len = bytes.len < piece ? bytes.len : piece;

        if (!p->open || conn->closed)
            return;
        expect_bytes(p, gw_slice_of(bytes.base, len));
        if (p->refused)
            p->since = w->loop->now;
        fake_loop_receive(w->loop, who, bytes.base, len);
        settle();
        bytes.base += len;
        bytes.len -= len;
    }
}

static void say_line(int who, const char *event, unsigned number)
{
    char line[128];

    snprintf(line, sizeof(line),
             "{\"event\":\"%s\",\"address\":\"10.1.0.%u:2900\","
             "\"secret_key\":\"%.*s\"}\n",
             event, number, (int)w->key.len, w->key.base);
    say(who, gw_slice_str(line));
}

/* Who has said nothing of use is to go then; and who does not take leave. */
static void pass(unsigned seconds)
{
    while (seconds-- > 0) {
        fake_loop_pass(w->loop, 1);
        settle();
        check_peers();
    }
}

static void do_step(int who, unsigned what, gw_slice *in)
{
    unsigned kilobytes;

    switch (what) {
    case 0:
        come(who);
        break;
    case 1:
        say(who, take(in));
        break;
    case 2:
        if (w->peers[who].open)
            fake_loop_hang_up(w->loop, who);
        break;
    case 3:
        pass((unsigned)who + 1);
        break;
    case 4:
        if (w->peers[who].open && w->loop->conns[who].queued > 0)
            fake_loop_read(w->loop, who);
        else
            w->loop->conns[who].queued = UNREAD;
        break;
    case 5:
        say_line(who, "gateway_connect", take_byte(in) % 8);
        break;
    case 6:
        say_line(who, "worker_connect", 0);
        break;
    default: /* a long line, or a part of one */
        kilobytes = take_byte(in) % 80;
        say_much(say, who, kilobytes, (char)take_byte(in));
        break;
    }
}

/* How it ended for everybody, as bytes. */
static void put_outcome(gw_buf *out)
{
    for (int i = 0; i < PEERS; i++) {
        const peer *p = &w->peers[i];

        gw_buf_put_char(out, p->open ? 'o' : '-');
        gw_buf_put_char(out, p->known ? 'k' : '-');
        gw_buf_put_char(out, p->refused ? 'r' : '-');
        gw_buf_put_slice(out, gw_buf_slice(&p->list));
    }
}

static void leave(void)
{
    gwd_register_free(w->reg);
    settle();
    if (w->loop->loop.rings != NULL) /* somebody does not read */
        fake_loop_pass(w->loop, AGE_MAX);
    settle();
    HOLDS(w->loop->loop.rings == NULL);
    for (int i = 0; i < PEERS; i++)
        HOLDS(!w->peers[i].open);
}

static void run(gw_slice in, size_t piece, gw_buf *outcome)
{
    unsigned mode = take_byte(&in);
    world here = {
        .loop = fake_loop_new(), .piece = piece, .held_until = mode >> 4};

    w = &here;
    w->key = gw_slice_str(mode & 1 ? "s3cret" : "");
    w->reg = gwd_register_new(&w->loop->loop, w->key);
    gwd_register_hold(w->reg, w->held_until);
    for (int i = 0; in.len > 0 && i < STEPS_MAX; i++) {
        unsigned byte = take_byte(&in);

        do_step((int)(byte >> 3) % PEERS, byte & 7, &in);
        settle();
        check_peers();
        check_count();
    }
    put_outcome(outcome);
    leave();
    fake_loop_free(w->loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_pieces(run, data, size);
    return 0;
}
