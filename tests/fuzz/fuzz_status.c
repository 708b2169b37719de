/* Visitors at the status port: each step is a byte, who (high bits) does what
 * (low bits), and what it needs. Whatever a request is, it gets one whole
 * answer, and nothing that it may not see. All is done twice, the second time
 * in pieces. */
#include "steps.h"

#include <strings.h>

#include "client/http_head.h"
#include "core/slots.h"
#include "fake_loop.h"
#include "json_read.h"
#include "siphash.h"
#include "status/status.h"
#include "tls/digest.h"

#define VISITORS_MAX 64
#define STEPS_MAX 64
#define STEP_VISITORS 32 /* that a step can name; the others are a crowd */
#define AGE_MAX 12       /* seconds to ask in, and seconds to read in */
#define HEAD_MAX ((size_t)16 * 1024)
#define TOKEN "t0p-secret"
#define TOKEN_LEN (sizeof(TOKEN) - 1)
#define SLOTS 3

typedef struct visitor {
    bool open;
    bool answered;
    uint32_t since;
    unsigned order; /* of coming */
    gw_buf request;
} visitor;

typedef struct world {
    fake_loop *loop;
    gwd_status *status;
    bool has_token;
    size_t piece;
    unsigned seen;     /* of the loop's changes */
    unsigned warnings; /* about wrong tokens */
    unsigned came;
    visitor visitors[FAKE_CONNS];
    gw_buf *outcome;
} world;

static world *w;
static gwd_slot slot_items[SLOTS];

/* ---- what is right ------------------------------------------------------- */

/* The token in base64, behind `before` bytes: the digits that it alone tells.
 */
static bool has_encoded(gw_slice text, size_t before)
{
    char plain[2 + TOKEN_LEN] = {0};
    char digits[GWD_BASE64_LEN(sizeof(plain)) + 1];
    size_t first = (before * 8 + 5) / 6;
    size_t end = (before + TOKEN_LEN) * 8 / 6;

    memcpy(plain + before, TOKEN, TOKEN_LEN);
    gwd_base64_encode(plain, before + TOKEN_LEN, digits);
    return has(text, gw_slice_of(digits + first, end - first));
}

/* Without it nobody has the token. */
static bool may_have_token(gw_slice request)
{
    return has(request, gw_slice_str(TOKEN)) || has_encoded(request, 0) ||
           has_encoded(request, 1) || has_encoded(request, 2);
}

/* A word of the request's first line. */
static gw_slice word(gw_slice text, int number)
{
    const char *end;

    for (; number > 0; number--) {
        end = text.len == 0 ? NULL : memchr(text.base, ' ', text.len);
        if (end == NULL)
            return gw_slice_of("", 0);
        text.len -= (size_t)(end - text.base) + 1;
        text.base = end + 1;
    }
    end = text.len == 0 ? NULL : memchr(text.base, ' ', text.len);
    return end == NULL ? text
                       : gw_slice_of(text.base, (size_t)(end - text.base));
}

static bool is(gw_slice text, const char *what)
{
    return same(text, gw_slice_str(what));
}

static gw_slice path_of(gw_slice target)
{
    static const char scheme[] = "http://";
    const size_t len = sizeof(scheme) - 1;
    const char *query =
        target.len == 0 ? NULL : memchr(target.base, '?', target.len);
    const char *slash;

    if (query != NULL)
        target.len = (size_t)(query - target.base);
    if (target.len < len || strncasecmp(target.base, scheme, len) != 0)
        return target;
    slash = memchr(target.base + len, '/', target.len - len);
    return slash == NULL
               ? gw_slice_str("/")
               : gw_slice_of(slash, (size_t)(target.base + target.len - slash));
}

static bool wants_head(gw_slice request)
{
    gwd_http_head head;
    size_t consumed;

    gwd_http_head_read(request, &head, &consumed);
    return gwd_http_wants_head(&head);
}

/* ---- answers ------------------------------------------------------------- */

typedef struct answer {
    int status;
    bool json;
    bool challenge; /* WWW-Authenticate */
    gw_slice body;
} answer;

static gw_slice take_line(gw_slice *text)
{
    const char *end = memmem(text->base, text->len, "\r\n", 2);
    gw_slice line;

    HOLDS(end != NULL);
    line = gw_slice_of(text->base, (size_t)(end - text->base));
    text->base = end + 2;
    text->len -= line.len + 2;
    HOLDS(line.len == 0 || memchr(line.base, '\n', line.len) == NULL);
    return line;
}

static bool starts(gw_slice *line, const char *with)
{
    size_t len = strlen(with);

    if (line->len < len || memcmp(line->base, with, len) != 0)
        return false;
    *line = gw_slice_of(line->base + len, line->len - len);
    return true;
}

static answer read_answer(gw_slice text, bool head_only)
{
    gw_slice line = take_line(&text);
    answer a = {0};
    int lengths = 0, types = 0;
    size_t length = 0;

    HOLDS(starts(&line, "HTTP/1.1 ") && line.len > 4);
    a.status = atoi(line.base);
    while ((line = take_line(&text)).len > 0) {
        HOLDS(memchr(line.base, ':', line.len) != NULL);
        if (starts(&line, "Content-Length: ")) {
            lengths++;
            length = strtoul(line.base, NULL, 10);
        } else if (starts(&line, "Content-Type: ")) {
            types++;
            a.json = is(line, "application/json");
        } else if (starts(&line, "WWW-Authenticate: ")) {
            a.challenge = true;
        }
    }
    HOLDS(lengths == 1 && types == 1 && length > 0);
    HOLDS(text.len == (head_only ? 0 : length));
    a.body = text;
    return a;
}

static void check_json(gw_slice text)
{
    gw_json json;
    gw_json_token token;

    gw_json_init(&json, text);
    do
        HOLDS(gw_json_next(&json, &token) == GW_OK);
    while (token.type != GW_JSON_END);
}

static void check_allowed(const answer *a, gw_slice request, gw_slice path)
{
    bool health = is(path, "/healthz");
    bool open = health || is(path, "/livez");

    HOLDS(a->status == 200 || a->status == 401 || a->status == 404 ||
          (a->status == 503 && health));
    HOLDS((a->status == 401) == a->challenge);
    HOLDS(a->status != 401 || (w->has_token && !open));
    if (w->has_token && a->status != 401 && !open)
        HOLDS(may_have_token(request));
    if (a->status == 200 && a->json && a->body.len > 0)
        check_json(a->body);
}

static void check_answer(gw_slice request, gw_slice sent)
{
    gw_slice method = word(request, 0);
    bool malformed = has(sent, gw_slice_str("HTTP/1.1 400 ")) ||
                     has(sent, gw_slice_str("HTTP/1.1 431 "));
    answer a = read_answer(sent, wants_head(request));

    HOLDS(!has(sent, gw_slice_str(TOKEN)));
    if (malformed)
        HOLDS(a.status == 400 || a.status == 431);
    else if (!is(method, "GET") && !is(method, "HEAD"))
        HOLDS(a.status == 405);
    else
        check_allowed(&a, request, path_of(word(request, 1)));
}

/* ---- visitors ------------------------------------------------------------ */

static void note(int who, gw_slice sent)
{
    static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};
    uint64_t hash = gw_siphash(sent.base, sent.len, seed);

    gw_buf_put_int(w->outcome, who);
    gw_buf_put(w->outcome, &hash, sizeof(hash));
}

static void look(int who)
{
    visitor *v = &w->visitors[who];
    fake_conn *conn = &w->loop->conns[who];
    gw_slice request = gw_buf_slice(&v->request);

    if (conn->len > 0) {
        HOLDS(!v->answered);
        v->answered = true;
        check_answer(request, gw_slice_of(conn->got, conn->len));
        note(who, gw_slice_of(conn->got, conn->len));
        conn->len = 0;
    }
    if (conn->stream == NULL) {
        gw_buf_deinit(&v->request);
        *v = (visitor){0};
        return;
    }
    HOLDS(v->answered == conn->closed);
    HOLDS(v->answered ||
          (!has(request, gw_slice_str("\r\n\r\n")) && request.len <= HEAD_MAX));
    HOLDS(w->loop->now - v->since <= AGE_MAX);
}

static void look_at_log(void)
{
    char *at = w->loop->log;

    HOLDS(strstr(at, TOKEN) == NULL);
    while ((at = strstr(at, "wrong token")) != NULL) {
        w->warnings++;
        at++;
    }
    HOLDS(w->warnings <= 1 + w->loop->now / 60);
    w->loop->log_len = 0;
    w->loop->log[0] = '\0';
}

static void look_around(void)
{
    w->seen = w->loop->changes;
    for (int i = 0; i < FAKE_CONNS; i++) {
        if (w->visitors[i].open)
            look(i);
    }
    look_at_log();
}

static void settle(void)
{
    fake_loop_settle(w->loop);
    if (w->loop->changes != w->seen)
        look_around();
}

/* Who has to make room: the oldest of those that have not asked, and if all
 * have, the oldest. NULL: there is room. */
static const visitor *next_to_go(void)
{
    const visitor *oldest = NULL;
    int count = 0;

    for (int i = 0; i < FAKE_CONNS; i++) {
        const visitor *v = &w->visitors[i];

        count += v->open;
        if (v->open && (oldest == NULL || (v->answered == oldest->answered
                                               ? v->order < oldest->order
                                               : oldest->answered)))
            oldest = v;
    }
    return count < VISITORS_MAX ? NULL : oldest;
}

static void come(int who)
{
    visitor *v = &w->visitors[who];
    const visitor *goes = next_to_go();

    if (v->open)
        return;
    gwd_status_accept(w->status, fake_fd(who));
    v->open = true;
    v->since = w->loop->now;
    v->order = w->came++;
    gw_buf_init(&v->request, NULL, 0);
    settle();
    HOLDS(w->loop->conns[who].stream != NULL);
    HOLDS(goes == NULL || !goes->open);
}

static void say(int who, gw_slice bytes)
{
    const fake_conn *conn = &w->loop->conns[who];
    size_t piece = w->piece > bytes.len / 8 ? w->piece : bytes.len / 8;

    while (bytes.len > 0) {
        visitor *v = &w->visitors[who];
        size_t len = bytes.len < piece ? bytes.len : piece;

        if (!v->open || conn->closed)
            return;
        gw_buf_put(&v->request, bytes.base, len);
        fake_loop_receive(w->loop, who, bytes.base, len);
        settle();
        bytes.base += len;
        bytes.len -= len;
    }
}

/* ---- what there is to see ------------------------------------------------ */

static void change(gwd_slot *slot, unsigned byte)
{
    slot->up ^= byte & 1;
    slot->registers ^= byte >> 1 & 1;
    slot->metrics.connections += (uint64_t)byte << byte / 4;
    slot->metrics.loop_lag_us = (uint64_t)byte << byte / 8;
    slot->pid = byte * 1000;
    slot->since = slot->beat = gwd_loop_seconds() - byte;
}

/* Strangers choose the names of uids and groups. */
static void publish(gwd_slot *slot, gw_slice *in)
{
    static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {5};
    gwd_top_lists lists = {.known = 1, .made = w->loop->now};
    unsigned count = take_byte(in);

    for (unsigned i = 0; i < (count & 7); i++) {
        gw_slice name = take(in);

        if (!has(name, gw_slice_str(TOKEN)))
            gwd_top_offer(count & 8 ? &lists.uids : &lists.groups, seed, name,
                          i + (count >> 4));
    }
    gwd_tops_publish(&slot->tops, &lists);
}

static void stop_reading(int who)
{
    fake_conn *conn = &w->loop->conns[who];

    if (conn->queued > 0)
        fake_loop_read(w->loop, who);
    else
        conn->queued = 1;
}

static void come_in_crowds(void)
{
    for (int i = STEP_VISITORS; i < FAKE_CONNS; i++)
        come(i);
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
        if (w->visitors[who].open)
            fake_loop_hang_up(w->loop, who);
        break;
    case 3:
        fake_loop_pass(w->loop, (uint32_t)who + 1);
        break;
    case 4:
        if (who == STEP_VISITORS - 1)
            come_in_crowds();
        else
            stop_reading(who);
        break;
    case 5:
        change(&slot_items[who % SLOTS], take_byte(in));
        break;
    case 6:
        publish(&slot_items[who % SLOTS], in);
        break;
    default:
        kilobytes = take_byte(in) % 20;
        say_much(say, who, kilobytes, (char)take_byte(in));
        break;
    }
    fake_loop_settle(w->loop);
    look_around();
}

static void leave(void)
{
    gwd_status_free(w->status);
    if (w->loop->loop.rings != NULL)
        fake_loop_pass(w->loop, AGE_MAX);
    settle();
    HOLDS(w->loop->loop.rings == NULL);
    for (int i = 0; i < FAKE_CONNS; i++)
        HOLDS(!w->visitors[i].open);
}

static void run(gw_slice in, size_t piece, gw_buf *outcome)
{
    unsigned mode = take_byte(&in);
    gwd_slots slots = {
        .gateways = mode & 2 ? 0 : SLOTS - 1,
        .with_services = true,
        .started = 1000,
        .items = slot_items,
        .seed = {5},
    };
    world here = {.loop = fake_loop_new(),
                  .has_token = mode & 1,
                  .piece = piece,
                  .outcome = outcome};

    w = &here;
    w->loop->now = 1; /* a clock that runs */
    memset(slot_items, 0, sizeof(slot_items));
    w->status = gwd_status_new(&w->loop->loop, &slots,
                               gw_slice_str("websocket://0.0.0.0:7272"),
                               gw_slice_str(w->has_token ? TOKEN : ""));
    for (int i = 0; in.len > 0 && i < STEPS_MAX; i++) {
        unsigned byte = take_byte(&in);

        do_step((int)(byte >> 3), byte & 7, &in);
    }
    leave();
    fake_loop_free(w->loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_pieces(run, data, size);
    return 0;
}
