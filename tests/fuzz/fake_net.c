#include "fake_net.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <gwclient/frame.h>
#include <gwclient/protocol.h>

#include "address.h"
#include "net.h"

enum {
    WIRES = 512,
    POLLS_MAX = 100000, /* without a millisecond passing: a busy loop */
    STEP_MS = 16        /* of what a byte delays */
};

typedef enum wire_state {
    WIRE_FREE,
    WIRE_COMING, /* connected at the next poll */
    WIRE_HANGING,
    WIRE_REFUSED, /* known at the next poll */
    WIRE_UP,
    WIRE_ENDED, /* the peer has finished; what is sent is lost */
    WIRE_RESET,
    WIRE_CLOSED /* by the library; counted until the call has ended */
} wire_state;

typedef struct wire {
    wire_state state;
    unsigned gateway;
    gw_buf sent; /* by the library, not yet understood */
    gw_buf back; /* the peer's answers */
    size_t read;
    size_t due;      /* so much of `back` is answers, which must be read */
    int unclear;     /* nobody knows what of `back` is an answer */
    uint64_t hidden; /* `back` is on its way until then */
    int stalled;     /* the last send found no room */
    int frames;      /* the first one may be the authorisation */
    int must_have_key;
    int in_use;     /* a byte of a command came in this call */
    unsigned fresh; /* commands of this call */
    unsigned owed;  /* of earlier ones, not confirmed */
} wire;

static struct {
    gw_slice *script;
    uint64_t now;
    uint64_t resolving;
    unsigned polls;
    unsigned listed;
    unsigned named; /* gateways that may be connected to */
    int made_up;    /* a Register has named others */
    int trust;
    int want_key;
    int forked;
    unsigned lost; /* owed on connections that are closed */
    wire wires[WIRES];
    unsigned used; /* wires that are not WIRE_FREE lie below */
    fake_traffic traffic[FAKE_GATEWAYS + 1];
} net;

unsigned fake_net_take(void)
{
    return take_byte(net.script);
}

void fake_net_trace(const char *format, ...)
{
    static int wanted = -1;
    va_list args;

    if (wanted < 0)
        wanted = getenv("GW_FUZZ_TRACE") != NULL;
    if (!wanted)
        return;
    fprintf(stderr, "%8llu ", (unsigned long long)net.now);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

/* ---- the fuzzer's side --------------------------------------------------- */

static void wire_free(wire *w)
{
    gw_buf_deinit(&w->sent);
    gw_buf_deinit(&w->back);
    memset(w, 0, sizeof *w);
}

void fake_net_reset(gw_slice *script)
{
    while (net.used > 0)
        wire_free(&net.wires[--net.used]);
    memset(net.traffic, 0, sizeof net.traffic);
    net.script = script;
    net.now = 1000000;
    net.resolving = 0;
    net.polls = 0;
    net.listed = 0;
    net.named = 0;
    net.made_up = 0;
    net.trust = 0;
    net.want_key = 0;
    net.forked = 0;
    net.lost = 0;
}

void fake_net_list(unsigned gateways)
{
    net.listed = gateways;
}

void fake_net_name(unsigned gateways)
{
    net.named |= gateways;
}

void fake_net_expect(int key, int trust)
{
    net.want_key = key;
    net.trust = trust;
}

uint64_t fake_net_clock(void)
{
    return net.now;
}

uint64_t fake_net_resolving(void)
{
    return net.resolving;
}

void fake_net_pass(unsigned ms)
{
    net.now += ms;
    if (ms > 0)
        net.polls = 0;
}

void fake_net_fork(void)
{
    net.forked = 1;
    fake_net_forgive();
}

static int is_open(const wire *w)
{
    return w->state != WIRE_FREE && w->state != WIRE_CLOSED;
}

unsigned fake_net_open(void)
{
    unsigned i, n = 0;

    for (i = 0; i < net.used; i++)
        n += is_open(&net.wires[i]) ? 1 : 0;
    return n;
}

fake_traffic fake_net_traffic(unsigned gateway)
{
    return net.traffic[gateway];
}

static void settle_wire(wire *w, unsigned failed)
{
    if ((failed >> w->gateway & 1) == 0)
        w->owed += w->fresh;
    w->fresh = 0;
    w->in_use = 0;
    if (is_open(w)) {
        /* Else what is left of an answer would be the next one's, and the next
         * command the rest of this one. */
        HOLDS(w->read >= w->due && w->sent.len == 0);
        /* Who got more than an answer does not know where the next begins. */
        HOLDS(w->read == w->due || w->unclear);
    }
    if (w->state == WIRE_CLOSED) {
        net.lost += w->owed;
        wire_free(w);
    }
}

void fake_net_settle(unsigned failed)
{
    unsigned i;

    for (i = 0; i < net.used; i++)
        settle_wire(&net.wires[i], failed);
    while (net.used > 0 && net.wires[net.used - 1].state == WIRE_FREE)
        net.used--;
    memset(net.traffic, 0, sizeof net.traffic);
}

unsigned fake_net_owed(void)
{
    unsigned i, n = net.lost;

    for (i = 0; i < net.used; i++)
        n += net.wires[i].owed;
    return n;
}

void fake_net_forgive(void)
{
    unsigned i;

    for (i = 0; i < net.used; i++)
        net.wires[i].owed = net.wires[i].fresh = 0;
    net.lost = 0;
}

/* ---- peers --------------------------------------------------------------- */

typedef enum manner {
    PROPER, /* and all that is not named here */
    LATE = 8,
    SILENT,
    END,
    RESET,
    FORGED,   /* the input's bytes, in the frame of a reply */
    ANYTHING, /* the input's bytes */
    SPOILED,  /* one byte of it is another */
    AND_MORE
} manner;

static manner take_manner(void)
{
    unsigned byte = fake_net_take() & 15;

    return byte < LATE ? PROPER : (manner)byte;
}

static void put_length(gw_buf *to, size_t len)
{
    gw_buf_put_char(to, (char)(len >> 24));
    gw_buf_put_char(to, (char)(len >> 16));
    gw_buf_put_char(to, (char)(len >> 8));
    gw_buf_put_char(to, (char)len);
}

/* `framed`: a reply has its length in front, a Register's line its newline
 * behind. */
static void put_text(wire *w, gw_slice text, int framed)
{
    if (framed)
        put_length(&w->back, text.len);
    gw_buf_put_slice(&w->back, text);
    if (!framed)
        gw_buf_put_char(&w->back, '\n');
}

static void answer(wire *w, manner how, gw_slice text, int framed)
{
    size_t start = w->back.len;

    fake_net_trace("  answer, manner %d: %.*s", (int)how, (int)text.len,
                   text.len == 0 ? "" : text.base);
    switch (how) {
    case SILENT:
        return;
    case END:
        w->state = WIRE_ENDED;
        return;
    case RESET:
        w->state = WIRE_RESET;
        return;
    case FORGED:
        put_text(w, take(net.script), framed);
        break;
    case ANYTHING:
        gw_buf_put_slice(&w->back, take(net.script));
        w->unclear = 1;
        return;
    default:
        put_text(w, text, framed);
    }
    if (how == LATE)
        w->hidden = net.now + fake_net_take() * STEP_MS;
    if (how == SPOILED) {
        size_t at = fake_net_take() % (w->back.len - start);

        w->back.base[start + at] = (char)fake_net_take();
        w->unclear = 1;
        return;
    }
    w->due = w->back.len;
    if (how == AND_MORE)
        gw_buf_put_slice(&w->back, take(net.script));
}

static gw_slice usual_reply(unsigned cmd)
{
    switch (cmd) {
    case GW_CMD_IS_ONLINE:
        return gw_slice_str("i:1;");
    case GW_CMD_GET_SESSION_BY_CLIENT_ID:
        return gw_slice_str("a:1:{s:1:\"a\";i:1;}");
    case GW_CMD_GET_ALL_CLIENT_SESSIONS:
    case GW_CMD_GET_CLIENT_SESSIONS_BY_GROUP:
        return gw_slice_str("a:2:{i:1;s:0:\"\";i:7;s:6:\"a:0:{}\";}");
    case GW_CMD_GET_CLIENT_ID_BY_UID:
        return gw_slice_str("a:2:{i:0;i:1;i:1;i:7;}");
    case GW_CMD_BATCH_GET_CLIENT_ID_BY_UID:
        return gw_slice_str("a:2:{s:8:\"oom-name\";a:1:{i:0;i:7;}"
                            "i:4711;a:0:{}}");
    case GW_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP:
        return gw_slice_str("a:2:{s:8:\"oom-name\";i:3;i:4711;i:0;}");
    case GW_CMD_GET_GROUP_ID_LIST:
        return gw_slice_str("a:2:{i:0;i:4711;i:1;s:8:\"oom-name\";}");
    case GW_CMD_SELECT:
        return gw_slice_str("a:1:{i:7;a:3:{s:3:\"uid\";s:1:\"x\";"
                            "s:6:\"groups\";a:1:{i:4711;i:4711;}"
                            "s:7:\"session\";s:6:\"a:0:{}\";}}");
    default:
        return gw_slice_of(NULL, 0); /* it has no reply */
    }
}

static void answer_count(wire *w, fake_traffic *t, manner how)
{
    int64_t count = fake_net_take();
    char text[32];

    snprintf(text, sizeof text, "i:%d;", (int)count);
    t->counts += count;
    answer(w, how, gw_slice_str(text), 1);
}

static int is_usual(manner how)
{
    return how == PROPER || how == LATE || how == AND_MORE;
}

static void answer_command(wire *w, fake_traffic *t, unsigned cmd)
{
    manner how = take_manner();
    gw_slice text = usual_reply(cmd);

    if (!is_usual(how))
        t->odd = 1;
    if (cmd == GW_CMD_GET_CLIENT_COUNT_BY_GROUP)
        answer_count(w, t, how);
    else if (text.len > 0 || how == END || how == RESET || how == ANYTHING)
        answer(w, how, text, 1);
}

static void note_use(wire *w)
{
    if (!w->in_use)
        net.traffic[w->gateway].wires++;
    w->in_use = 1;
}

static void on_frame(wire *w, const gw_frame *frame)
{
    fake_traffic *t = &net.traffic[w->gateway];
    int is_probe = frame->cmd == GW_CMD_IS_ONLINE && frame->connection_id == 0;

    fake_net_trace("  command %u for %u", frame->cmd, frame->connection_id);
    if (w->frames++ == 0) {
        HOLDS((frame->cmd == GW_CMD_GATEWAY_CLIENT_CONNECT) ==
              w->must_have_key);
        if (w->must_have_key) {
            if (w->state == WIRE_UP && take_manner() == END)
                w->state = WIRE_ENDED; /* it has another key */
            return;
        }
    }
    HOLDS(frame->cmd != GW_CMD_GATEWAY_CLIENT_CONNECT);
    note_use(w);
    if (!is_probe)
        t->commands++;
    if (usual_reply(frame->cmd).len == 0 &&
        frame->cmd != GW_CMD_GET_CLIENT_COUNT_BY_GROUP)
        w->fresh++;
    if (w->state == WIRE_UP)
        answer_command(w, t, frame->cmd);
}

static void read_frames(wire *w)
{
    gw_slice in = gw_buf_slice(&w->sent);
    gw_frame frame;
    size_t len;
    int rc;

    while ((rc = gw_frame_decode(in, GW_FRAME_MAX, &frame, &len)) == GW_OK) {
        on_frame(w, &frame);
        in = gw_slice_of(in.base + len, in.len - len);
    }
    HOLDS(rc == GW_EAGAIN);
    if (in.len > 0 && (w->frames > 0 || !w->must_have_key))
        note_use(w);
    memmove(w->sent.base, in.base, in.len);
    w->sent.len = in.len;
}

static void read_question(wire *w)
{
    static const char want[] = "{\"event\":\"worker_connect\",";
    char list[128];
    size_t n = 0;
    unsigned i;

    if (memchr(w->sent.base, '\n', w->sent.len) == NULL)
        return;
    HOLDS(w->sent.len > sizeof want &&
          memcmp(w->sent.base, want, sizeof want - 1) == 0);
    HOLDS(w->sent.base[w->sent.len - 1] == '\n');
    gw_buf_clear(&w->sent);
    n = (size_t)snprintf(list, sizeof list,
                         "{\"event\":\"broadcast_addresses\",\"addresses\":[");
    for (i = 0; i < FAKE_GATEWAYS; i++) {
        if (net.listed >> i & 1)
            n += (size_t)snprintf(
                list + n, sizeof list - n, "%s\"10.0.0.1:%u\"",
                list[n - 1] == '[' ? "" : ",", FAKE_GATEWAY_PORT + i);
    }
    n += (size_t)snprintf(list + n, sizeof list - n, "]}");
    if (w->state == WIRE_UP) {
        manner how = take_manner();

        answer(w, how, gw_slice_of(list, n), 0);
        w->due = 0; /* nobody keeps a connection to a Register */
        net.named |= net.listed;
        net.made_up |= how == FORGED || how == ANYTHING || how == SPOILED;
    }
}

static void on_bytes(wire *w)
{
    if (w->frames == 0 && w->sent.base[0] == '{') /* no frame is so long */
        read_question(w);
    else
        read_frames(w);
}

/* ---- net.h --------------------------------------------------------------- */

uint64_t __wrap_gw_net_now(void);
void __wrap_gw_fork_guard_init(gw_fork_guard *guard);
void __wrap_gw_fork_guard_deinit(gw_fork_guard *guard);
int __wrap_gw_fork_guard_look(gw_fork_guard *guard);
int __wrap_gw_net_random(void *out, size_t len);
int __wrap_gw_net_resolve(gw_slice host, uint16_t port, gw_endpoints *to);
int __wrap_gw_net_connect(const gw_endpoint *to, gw_socket *out);
int __wrap_gw_net_connected(gw_socket fd);
int __wrap_gw_net_send(gw_socket fd, const gw_slice *parts, size_t count,
                       size_t *sent);
int __wrap_gw_net_recv(gw_socket fd, void *out, size_t len, size_t *got);
void __wrap_gw_net_keep_alive(gw_socket fd);
int __wrap_gw_net_is_quiet(gw_socket fd);
void __wrap_gw_net_close(gw_socket fd);
int __wrap_gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms);

uint64_t __wrap_gw_net_now(void)
{
    return net.now;
}

void __wrap_gw_fork_guard_init(gw_fork_guard *guard)
{
    memset(guard, 0, sizeof *guard);
}

void __wrap_gw_fork_guard_deinit(gw_fork_guard *guard)
{
    (void)guard;
}

int __wrap_gw_fork_guard_look(gw_fork_guard *guard)
{
    int forked = net.forked;

    (void)guard;
    net.forked = 0;
    return forked;
}

int __wrap_gw_net_random(void *out, size_t len)
{
    memset(out, 0x5a, len);
    return 0;
}

static void put_endpoint(gw_endpoint *to, uint32_t ip, uint16_t port)
{
    memset(to, 0, sizeof *to);
    to->addr.in.sin_family = AF_INET;
    to->addr.in.sin_addr.s_addr = htonl(ip);
    to->addr.in.sin_port = htons(port);
    to->len = sizeof to->addr.in;
}

/* Numbers are what they are. Names take their time and are other gateways: one
 * that is listed by number, too, would get everything twice. */
int __wrap_gw_net_resolve(gw_slice host, uint16_t port, gw_endpoints *to)
{
    uint32_t ip;
    unsigned how, ms;

    to->count = 1;
    if (gw_ipv4_parse(host, &ip) == 0) {
        put_endpoint(&to->items[0], ip, port);
        return GW_OK;
    }
    how = fake_net_take();
    ms = how >> 2;
    fake_net_pass(ms);
    net.resolving += ms;
    put_endpoint(&to->items[0], FAKE_IP + 2, port);
    if ((how & 3) == 1)
        put_endpoint(&to->items[to->count++], FAKE_IP + 3, port);
    if ((how & 3) < 2)
        return GW_OK;
    to->count = 0;
    return (how & 3) == 2 ? GW_ERESOLVE : GW_ENOMEM;
}

static wire *wire_of(gw_socket fd)
{
    HOLDS(fd >= 0 && fd < WIRES && is_open(&net.wires[fd]));
    return &net.wires[fd];
}

static unsigned gateway_at(const struct sockaddr_in *in)
{
    unsigned gateway = ntohs(in->sin_port) - (unsigned)FAKE_GATEWAY_PORT;

    return ntohl(in->sin_addr.s_addr) == FAKE_IP && gateway < FAKE_GATEWAYS
               ? gateway
               : (unsigned)FAKE_GATEWAYS;
}

/* The Registers, which the caller names, answer at two ports of it. */
static int is_register(const struct sockaddr_in *in)
{
    unsigned port = ntohs(in->sin_port);

    return ntohl(in->sin_addr.s_addr) == FAKE_IP &&
           (port == FAKE_REGISTER_PORT || port == FAKE_REGISTER_PORT + 1);
}

/* Whoever is connected to may see the key. */
static int may_connect(const struct sockaddr_in *in)
{
    unsigned gateway = gateway_at(in);

    return net.trust || net.made_up || is_register(in) ||
           (gateway < FAKE_GATEWAYS && (net.named >> gateway & 1) != 0);
}

static int wire_open(unsigned gateway, wire_state state)
{
    unsigned i = 0;
    wire *w;

    while (i < net.used && net.wires[i].state != WIRE_FREE)
        i++;
    HOLDS(i < WIRES);
    if (i == net.used)
        net.used++;
    w = &net.wires[i];
    memset(w, 0, sizeof *w);
    w->state = state;
    w->gateway = gateway;
    w->must_have_key = net.want_key;
    gw_buf_init(&w->sent, NULL, 0);
    gw_buf_init(&w->back, NULL, 0);
    return (int)i;
}

int __wrap_gw_net_connect(const gw_endpoint *to, gw_socket *out)
{
    static const wire_state states[8] = {WIRE_COMING,  WIRE_UP,
                                         WIRE_COMING,  WIRE_COMING,
                                         WIRE_HANGING, WIRE_REFUSED};
    unsigned how = fake_net_take() & 7;

    *out = GW_SOCKET_NONE;
    HOLDS(may_connect(&to->addr.in));
    if (how >= 6)
        return how == 6 ? ECONNREFUSED : EMFILE;
    *out = wire_open(gateway_at(&to->addr.in), states[how]);
    fake_net_trace("  wire %d to port %u, state %d", *out,
                   ntohs(to->addr.in.sin_port), (int)states[how]);
    return states[how] == WIRE_UP ? 0 : GW_EAGAIN;
}

int __wrap_gw_net_connected(gw_socket fd)
{
    wire *w = wire_of(fd);

    HOLDS(w->state == WIRE_UP || w->state == WIRE_REFUSED);
    return w->state == WIRE_UP ? 0 : ECONNREFUSED;
}

static size_t length_of(const gw_slice *parts, size_t count)
{
    size_t i, len = 0;

    for (i = 0; i < count; i++) {
        HOLDS(parts[i].len > 0);
        len += parts[i].len;
    }
    return len;
}

int __wrap_gw_net_send(gw_socket fd, const gw_slice *parts, size_t count,
                       size_t *sent)
{
    wire *w = wire_of(fd);
    unsigned how = fake_net_take() & 15;
    size_t i, len = length_of(parts, count);

    HOLDS(count > 0 && count <= GW_NET_PARTS_MAX);
    HOLDS(w->state >= WIRE_UP);
    fake_net_trace("  send on wire %d, state %d, %u", fd, (int)w->state, how);
    if (w->state == WIRE_RESET || how == 13)
        return ECONNRESET;
    if (how == 14)
        return EPIPE;
    if (how == 15) {
        w->stalled = 1;
        return GW_EAGAIN;
    }
    if (how >= 8)
        len = 1 + fake_net_take() * (len - 1) / 255;
    *sent = len;
    for (i = 0; len > 0; i++) {
        size_t n = parts[i].len < len ? parts[i].len : len;

        gw_buf_put(&w->sent, parts[i].base, n);
        len -= n;
    }
    on_bytes(w);
    return 0;
}

static size_t arrived(const wire *w)
{
    return net.now < w->hidden ? 0 : w->back.len - w->read;
}

int __wrap_gw_net_recv(gw_socket fd, void *out, size_t len, size_t *got)
{
    wire *w = wire_of(fd);
    size_t n = arrived(w);
    unsigned how;

    HOLDS(len > 0);
    *got = 0;
    if (w->state == WIRE_RESET)
        return ECONNRESET;
    if (n == 0)
        return w->state == WIRE_ENDED ? 0 : GW_EAGAIN;
    how = fake_net_take();
    n = n < len ? n : len;
    if (how & 1)
        n = 1 + (n - 1) * (how >> 1) / 127;
    memcpy(out, w->back.base + w->read, n);
    w->read += n;
    w->fresh = w->owed = 0; /* whoever answers has handled what came before */
    *got = n;
    fake_net_trace("  read on wire %d: %u of %u bytes", fd, (unsigned)w->read,
                   (unsigned)w->back.len);
    return 0;
}

void __wrap_gw_net_keep_alive(gw_socket fd)
{
    (void)fd;
}

int __wrap_gw_net_is_quiet(gw_socket fd)
{
    wire *w = wire_of(fd);

    return w->state == WIRE_UP && arrived(w) == 0;
}

void __wrap_gw_net_close(gw_socket fd)
{
    fake_net_trace("  close of wire %d", fd);
    wire_of(fd)->state = WIRE_CLOSED;
}

static int is_ready(wire *w, short events)
{
    switch (w->state) {
    case WIRE_COMING:
        w->state = WIRE_UP;
        return 1;
    case WIRE_HANGING:
        return 0;
    case WIRE_UP:
        break;
    default:
        return 1;
    }
    if (events & POLLIN)
        return arrived(w) > 0;
    if (w->stalled)
        w->stalled = fake_net_take() & 1;
    return !w->stalled;
}

static int mark_ready(gw_pollfd *fds, size_t count)
{
    size_t i;
    int n = 0;

    for (i = 0; i < count; i++) {
        int ready = is_ready(wire_of(fds[i].fd), fds[i].events);

        fds[i].revents = (short)(ready ? fds[i].events : 0);
        n += ready;
    }
    return n;
}

/* Until something arrives that was late, or as long as they wait. */
static void wait(const gw_pollfd *fds, size_t count, unsigned ms)
{
    uint64_t until = net.now + ms;
    size_t i;

    for (i = 0; i < count; i++) {
        const wire *w = wire_of(fds[i].fd);

        if (w->hidden > net.now && w->hidden < until)
            until = w->hidden;
    }
    fake_net_pass((unsigned)(until - net.now));
}

int __wrap_gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms)
{
    HOLDS(count > 0 && timeout_ms >= 0);
    HOLDS(net.polls++ < POLLS_MAX);
    if (mark_ready(fds, count) > 0)
        return 0;
    wait(fds, count, (unsigned)timeout_ms);
    mark_ready(fds, count);
    return 0;
}
