/* listen: a WebSocket that prints what arrives. */
#include "cmd/listen.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/signals.h"
#include "core/text.h"

/* For the server's close after ours. */
#define CLOSE_WAIT_MS 2000
/* How often it is asked whether the network is gone. */
#define LOOK_MS 5000

/* ---- the end ------------------------------------------------------------- */

static void end(gwctl_listener *l, int status)
{
    l->status = gwctl_worse(l->status, status);
    l->done = true;
}

/* We are the first to close. */
static void leave(gwctl_listener *l)
{
    if (l->ws.closing)
        return;
    gwctl_websocket_close(&l->ws, GWCTL_WS_NORMAL);
    l->close_deadline = gwctl_now_ms() + CLOSE_WAIT_MS;
}

static bool is_complete(const gwctl_listener *l)
{
    return l->app->options->count == 0 || l->messages >= l->app->options->count;
}

/* What was still to be done when the server closed. */
static void tell_undone(gwctl_listener *l)
{
    if (l->binding) {
        gwctl_warn("the server closed before it told the client_id: nothing is "
                   "bound");
        l->status = gwctl_worse(l->status, GWCTL_PARTIAL);
    }
    if (l->app->options->send && (l->unsent || l->ws.out.len > 0)) {
        gwctl_warn("the server closed before all lines were sent");
        l->status = gwctl_worse(l->status, GWCTL_PARTIAL);
    }
}

/* The server has closed, or gone: fine when we did first, or when it did so in
 * the usual way and nothing is missing. */
static void on_closed(gwctl_listener *l, uint16_t code, gw_slice reason)
{
    bool usual = code == GWCTL_WS_NORMAL || code == GWCTL_WS_GOING_AWAY ||
                 code == GWCTL_WS_NO_CODE;
    bool ours = l->ws.closing;

    gwctl_listen_print_close(l, code, reason);
    if (!ours)
        tell_undone(l);
    if (code != GWCTL_WS_ABNORMAL)
        gwctl_websocket_close(&l->ws, code);
    gwctl_websocket_flush(&l->ws);
    end(l, ours || (usual && is_complete(l)) ? GWCTL_OK : GWCTL_PARTIAL);
}

/* ---- what arrives -------------------------------------------------------- */

static void on_message(gwctl_listener *l, const gwctl_ws_event *event)
{
    int status;

    if (l->ws.closing)
        return; /* more than was asked for */
    l->messages++;
    gwctl_listen_print_message(l, event);
    if (event->opcode == GWCTL_WS_TEXT) {
        status = gwctl_listen_bind(l, event->payload);
        if (status != GWCTL_OK) {
            l->status = gwctl_worse(l->status, status);
            leave(l);
        }
    }
    if (l->app->options->count > 0 && is_complete(l) && !l->binding)
        leave(l);
}

static void on_event(gwctl_listener *l, const gwctl_ws_event *event)
{
    switch (event->opcode) {
    case GWCTL_WS_CLOSE:
        on_closed(l, event->code, event->payload);
        break;
    case GWCTL_WS_PING:
        gwctl_listen_print_ping(l, event->payload);
        gwctl_websocket_send(&l->ws, GWCTL_WS_PONG, event->payload);
        break;
    case GWCTL_WS_PONG:
        gwctl_listen_print_pong(l);
        l->ping_sent_ns = 0;
        break;
    default:
        on_message(l, event);
    }
}

static void read_socket(gwctl_listener *l)
{
    gwctl_ws_event event;
    int result = gwctl_websocket_fill(&l->ws);

    while (result == 0 && !l->done) {
        int found = gwctl_websocket_next(&l->ws, &event);

        if (found == 0)
            break;
        if (found < 0)
            result = -1;
        else
            on_event(l, &event);
    }
    if (result < 0) {
        gwctl_warn("%s", l->ws.error);
        gwctl_websocket_flush(&l->ws);
        end(l, GWCTL_PARTIAL);
    } else if (l->ws.ended && !l->done) {
        on_closed(l, GWCTL_WS_ABNORMAL, gw_slice_of("", 0));
    }
}

/* ---- what is sent -------------------------------------------------------- */

static bool may_read_input(const gwctl_listener *l)
{
    return l->app->options->send && !l->input.ended && !l->ws.closing &&
           !l->binding && l->ws.out.len < GWCTL_WEBSOCKET_BACKLOG;
}

static void read_input(gwctl_listener *l)
{
    gwctl_ws_opcode opcode =
        l->app->options->binary ? GWCTL_WS_BINARY : GWCTL_WS_TEXT;
    int error = gwctl_lines_read(&l->input);
    gw_slice line;

    if (error != 0 && error != EINTR && error != EAGAIN) {
        gwctl_warn("standard input: %s", strerror(error));
        l->status = gwctl_worse(l->status, GWCTL_SYSTEM);
        leave(l);
    }
    while (gwctl_lines_next(&l->input, &line)) {
        if (opcode == GWCTL_WS_TEXT && !gwctl_is_utf8(line)) {
            gwctl_warn("a line is not UTF-8, and not sent; see --binary");
            l->status = gwctl_worse(l->status, GWCTL_PARTIAL);
            continue;
        }
        gwctl_websocket_send(&l->ws, opcode, line);
    }
}

/* Whoever sends is alive: its pong may be behind what the reader of our output
 * gave us no time to read. */
static bool is_silent(gwctl_listener *l)
{
    if (l->ws.received == l->heard && gwctl_websocket_may_fill(&l->ws))
        read_socket(l); /* the turn may have been a long one */
    return l->ws.received == l->heard;
}

static void ping(gwctl_listener *l, uint64_t now)
{
    bool silent;

    if (l->app->options->ping == 0 || now < l->next_ping || l->ws.closing)
        return;
    l->next_ping = now + l->app->options->ping;
    silent = l->ping_sent_ns != 0 && is_silent(l);
    l->heard = l->ws.received;
    if (l->done)
        return;
    if (silent) {
        gwctl_warn("the server does not answer a ping");
        end(l, GWCTL_PARTIAL);
        return;
    }
    if (l->ping_sent_ns != 0)
        return; /* one is on its way */
    l->ping_sent_ns = gwctl_now_ns();
    gwctl_websocket_send(&l->ws, GWCTL_WS_PING, gw_slice_of("", 0));
}

/* The kernel would repeat what was sent for a quarter of an hour. */
static void look(gwctl_listener *l, uint64_t now)
{
    if (now < l->next_look)
        return;
    l->next_look = now + LOOK_MS;
    if (!gwctl_stream_is_lost(&l->ws.stream, GWCTL_STREAM_LOST_MS))
        return;
    gwctl_warn("nothing was heard of the server's machine for a minute");
    end(l, GWCTL_PARTIAL);
}

/* ---- the loop ------------------------------------------------------------ */

/* What is due by the clock. */
static void check_times(gwctl_listener *l)
{
    uint64_t now = gwctl_now_ms();

    look(l, now);
    if (!l->done)
        ping(l, now);
    if (l->done)
        return;
    if (l->binding && now >= l->bind_deadline) {
        gwctl_warn("no message told the client_id: nothing is bound");
        l->binding = false;
        l->status = gwctl_worse(l->status, GWCTL_PARTIAL);
        leave(l);
    }
    if (l->ws.closing && now >= l->close_deadline)
        end(l, GWCTL_OK);
}

static int time_left(const gwctl_listener *l)
{
    uint64_t now = gwctl_now_ms();
    uint64_t next = l->next_look;

    if (l->app->options->ping > 0 && !l->ws.closing && l->next_ping < next)
        next = l->next_ping;
    if (l->binding && l->bind_deadline < next)
        next = l->bind_deadline;
    if (l->ws.closing && l->close_deadline < next)
        next = l->close_deadline;
    return next <= now ? 0 : (int)(next - now);
}

/* A server that takes no more may have told why before it went. */
static void on_send_error(gwctl_listener *l)
{
    char error[GWCTL_NET_ERROR_LEN + 1];

    snprintf(error, sizeof(error), "%s", l->ws.error);
    gwctl_websocket_drop_output(&l->ws);
    l->unsent = true;
    read_socket(l);
    if (l->done)
        return;
    gwctl_warn("%s", error);
    end(l, GWCTL_PARTIAL);
}

static void turn(gwctl_listener *l)
{
    bool input = may_read_input(l);
    /* Of our output only its end is of interest: that its reader has gone. */
    struct pollfd fds[] = {
        {.fd = l->ws.stream.fd, .events = gwctl_websocket_events(&l->ws)},
        {.fd = l->ws.closing ? -1 : gwctl_stop_fd(), .events = POLLIN},
        {.fd = STDOUT_FILENO, .events = 0},
        {.fd = input ? STDIN_FILENO : -1, .events = POLLIN},
    };

    if (poll(fds, 4, time_left(l)) < 0 && errno != EINTR) {
        gwctl_warn("poll: %s", strerror(errno));
        end(l, GWCTL_SYSTEM);
        return;
    }
    if (gwctl_stopped())
        leave(l);
    if (fds[2].revents & (POLLERR | POLLHUP | POLLNVAL)) {
        if (!(fds[2].revents & POLLNVAL))
            gwctl_signals_broken_pipe();
        end(l, GWCTL_SYSTEM);
        return;
    }
    if (fds[3].revents != 0)
        read_input(l);
    if (fds[0].revents != 0 && gwctl_websocket_may_fill(&l->ws))
        read_socket(l);
    if (!l->done)
        check_times(l);
    if (!l->done && gwctl_websocket_flush(&l->ws) < 0)
        on_send_error(l);
    if (gwctl_flush_output() != GWCTL_OK)
        end(l, GWCTL_SYSTEM);
}

static void run(gwctl_listener *l)
{
    const gwctl_options *options = l->app->options;
    uint64_t now = gwctl_now_ms();

    l->binding = options->uids.count + options->groups.count > 0;
    l->bind_deadline = now + options->timeout;
    l->next_ping = now + options->ping;
    l->next_look = now + LOOK_MS;
    gwctl_listen_print_open(l);
    read_socket(l); /* what came with the answer */
    gwctl_websocket_flush(&l->ws);
    if (gwctl_flush_output() != GWCTL_OK)
        end(l, GWCTL_SYSTEM);
    while (!l->done)
        turn(l);
}

/* PHP's empty(): it would be dropped without a word to us. */
static bool has_zero(const gwctl_texts *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], "0") == 0)
            return true;
    }
    return false;
}

static int set_goal(gwctl_app *app, gwctl_websocket_goal *goal)
{
    const gwctl_options *options = app->options;

    memset(goal, 0, sizeof(*goal));
    if (gwctl_url_parse(gw_slice_str(app->argv[0]), &goal->url) != GW_OK)
        return gwctl_misuse("\"%.200s\" is no URL like ws://HOST:PORT/PATH or "
                            "wss://HOST/PATH",
                            app->argv[0]);
    if (options->uids.count > 1)
        return gwctl_misuse("listen: a connection has one --uid only");
    if (has_zero(&options->uids) || has_zero(&options->groups))
        return gwctl_misuse("listen: no gateway binds to the uid or group 0");
    goal->protocols = (const char *const *)options->protocols.items;
    goal->protocol_count = options->protocols.count;
    goal->headers = (const char *const *)options->headers.items;
    goal->header_count = options->headers.count;
    goal->ca_file = options->ca_file;
    goal->insecure = options->insecure;
    goal->connect_timeout = options->connect_timeout;
    goal->max_message = options->max_message;
    return GWCTL_OK;
}

int gwctl_listen(gwctl_app *app)
{
    gwctl_listener l;
    gwctl_websocket_goal goal;

    memset(&l, 0, sizeof(l));
    l.app = app;
    l.status = set_goal(app, &goal);
    if (l.status != GWCTL_OK)
        return l.status;
    if (gwctl_websocket_open(&l.ws, &goal,
                             gwctl_now_ms() + app->options->timeout) < 0) {
        gwctl_warn("%s: %s", app->argv[0], l.ws.error);
        l.status = GWCTL_UNREACHABLE;
    } else {
        gwctl_signals_catch();
        gwctl_lines_init(&l.input, STDIN_FILENO);
        run(&l);
        gwctl_lines_deinit(&l.input);
    }
    gwctl_websocket_free(&l.ws);
    return l.status;
}
