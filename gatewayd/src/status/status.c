#include "status/status.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/authorization.h"
#include "client/http_answer.h"
#include "client/http_head.h"
#include "core/log.h"
#include "core/loop.h"
#include "secret.h"
#include "slice.h"
#include "status/render.h"

#define CONNECTIONS_MAX 64
#define REQUEST_SECONDS 5      /* for the request, and again for the answer */
#define WRONG_TOKEN_SECONDS 60 /* between two log lines */

typedef struct visitor visitor;

struct gwd_status {
    gwd_stream_kind kind;
    gwd_ring ring;
    const gwd_slots *slots;
    char *places;
    size_t places_len;
    char *token;
    size_t token_len;
    unsigned wrong_tokens; /* since `wrong_logged`, which tells of them */
    uint32_t wrong_logged;
    visitor *first; /* the oldest that did not have to make room */
    visitor **end;
    unsigned count; /* connections */
    bool freed;     /* goes with its last connection */
};

struct visitor {
    gwd_stream stream;
    gwd_timeout timeout;
    gwd_status *status;
    visitor *next;
    visitor **back; /* what points to this one; NULL: it made room */
};

/* ---- pages -------------------------------------------------------------- */

typedef enum page_result { PAGE_OK, PAGE_UNHEALTHY } page_result;

typedef struct page {
    const char *path;
    const char *type;
    page_result (*put)(gw_buf *out, const gwd_status_view *view);
    bool open; /* needs no token */
} page;

static page_result put_health(gw_buf *out, const gwd_status_view *view)
{
    return gwd_status_put_health(out, view) ? PAGE_OK : PAGE_UNHEALTHY;
}

/* That there is an answer is what it says. */
static page_result put_alive(gw_buf *out, const gwd_status_view *view)
{
    (void)view;
    gw_buf_put_str(out, "ok\n");
    return PAGE_OK;
}

static page_result put_metrics(gw_buf *out, const gwd_status_view *view)
{
    gwd_status_put_metrics(out, view);
    return PAGE_OK;
}

static page_result put_json(gw_buf *out, const gwd_status_view *view)
{
    for (unsigned i = 0; i < view->slots->gateways; i++)
        gwd_tops_ask(&view->slots->items[i].tops, view->now);
    gwd_status_put_json(out, view);
    return PAGE_OK;
}

static page_result put_dashboard(gw_buf *out, const gwd_status_view *view)
{
    (void)view;
    gw_buf_put_slice(out, gw_slice_of(gwd_dashboard, gwd_dashboard_len));
    return PAGE_OK;
}

static const char html[] = "text/html; charset=utf-8";

static const page pages[] = {
    {"/healthz", "text/plain; charset=utf-8", put_health, true},
    {"/livez", "text/plain; charset=utf-8", put_alive, true},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", put_metrics,
     false},
    {"/status", "application/json", put_json, false},
    {"/", html, put_dashboard, false},
};

static const page status_page = {"/status", html, put_dashboard, false};

/* What a browser asks for; a program that takes anything gets JSON. */
static bool wants_html(const gwd_http_head *head)
{
    gwd_http_header header;
    size_t at = 0;

    while (gwd_http_head_next(head, &at, &header)) {
        if (gwd_http_name_is(header.name, "accept") &&
            gwd_http_list_has(header.value, "text/html"))
            return true;
    }
    return false;
}

/* Of "/status?x" or, as one may ask a proxy, "http://host/status" (RFC 9112,
 * 3.2.2). */
static gw_slice path_of(gw_slice target)
{
    static const char scheme[] = "http://";
    const size_t len = sizeof(scheme) - 1;
    const char *query = memchr(target.base, '?', target.len);
    const char *slash;

    if (query != NULL)
        target.len = (size_t)(query - target.base);
    if (target.len < len ||
        !gwd_http_name_is(gw_slice_of(target.base, len), scheme))
        return target;
    slash = memchr(target.base + len, '/', target.len - len);
    if (slash == NULL)
        return gw_slice_str("/");
    return gw_slice_of(slash, (size_t)(target.base + target.len - slash));
}

/* NULL: there is no such page. */
static const page *find_page(const gwd_http_head *head)
{
    gw_slice path = path_of(head->target);

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (!gw_slice_is(path, pages[i].path))
            continue;
        return pages[i].put == put_json && wants_html(head) ? &status_page
                                                            : &pages[i];
    }
    return NULL;
}

/* ---- answers ------------------------------------------------------------ */

typedef struct answer {
    const char *status;
    const char *type;
    const char *more; /* header lines */
    bool head_only;
} answer;

/* What a browser may do with an answer; only the dashboard does anything. */
static const char *policy_of(const answer *a)
{
    return a->type == html ? gwd_dashboard_policy
                           : "default-src 'none'; frame-ancestors 'none'";
}

/* The whole answer, which ends the connection. */
static void send_answer(visitor *v, const answer *a, gw_slice body)
{
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    gwd_http_answer_begin(&out, a->status, time(NULL));
    gw_buf_put_str(&out, "Content-Type: ");
    gw_buf_put_str(&out, a->type);
    gw_buf_put_str(&out, "\r\nContent-Length: ");
    gw_buf_put_int(&out, (int64_t)body.len);
    gw_buf_put_str(&out, "\r\nCache-Control: no-store\r\n"
                         "X-Content-Type-Options: nosniff\r\n"
                         "X-Frame-Options: DENY\r\n"
                         "Referrer-Policy: no-referrer\r\n"
                         "Cross-Origin-Resource-Policy: same-origin\r\n"
                         "Content-Security-Policy: ");
    gw_buf_put_str(&out, policy_of(a));
    gw_buf_put_str(&out, "\r\nConnection: close\r\n");
    gw_buf_put_str(&out, a->more);
    gw_buf_put_str(&out, "\r\n");
    if (!a->head_only)
        gw_buf_put_slice(&out, body);
    if (out.error < 0)
        gwd_stream_abort(&v->stream);
    else
        gwd_stream_write(&v->stream, out.base, out.len);
    gwd_stream_linger(&v->stream); /* a request may have a body */
    gwd_ring_arm(&v->status->ring, &v->timeout, REQUEST_SECONDS);
    gw_buf_deinit(&out);
}

static void refuse(visitor *v, const char *status, const char *more,
                   bool head_only)
{
    const answer a = {status, "text/plain; charset=utf-8", more, head_only};

    send_answer(
        v, &a,
        gw_slice_str("See /, /status, /metrics, /healthz and /livez.\n"));
}

static void serve(visitor *v, const page *what, bool head_only)
{
    const gwd_status *status = v->status;
    const gwd_status_view view = {
        .slots = status->slots,
        .places = gw_slice_of(status->places, status->places_len),
        .now = gwd_loop_seconds(),
        .now_us = gwd_loop_microseconds(),
        .own_pid = (uint64_t)getpid(),
    };
    answer a = {"200 OK", what->type, "", head_only};
    gw_buf body;

    gw_buf_init(&body, NULL, 0);
    if (what->put(&body, &view) == PAGE_UNHEALTHY)
        a.status = "503 Service Unavailable";
    if (body.error < 0)
        refuse(v, "500 Internal Server Error", "", head_only);
    else
        send_answer(v, &a, gw_buf_slice(&body));
    gw_buf_deinit(&body);
}

/* ---- the token ---------------------------------------------------------- */

/* Anybody may guess as often as he likes: one line a minute. */
static void note_wrong_token(gwd_status *status)
{
    uint32_t now = gwd_loop_seconds();

    status->wrong_tokens++;
    if (status->wrong_logged != 0 &&
        now - status->wrong_logged < WRONG_TOKEN_SECONDS)
        return;
    gwd_log(GWD_LOG_WARNING,
            "status: wrong token (%u since the last such line)",
            status->wrong_tokens);
    status->wrong_logged = now;
    status->wrong_tokens = 0;
}

static bool has_header(const gwd_http_head *head, const char *name)
{
    gwd_http_header header;
    size_t at = 0;

    while (gwd_http_head_next(head, &at, &header)) {
        if (gwd_http_name_is(header.name, name))
            return true;
    }
    return false;
}

static bool may_see(gwd_status *status, const page *what,
                    const gwd_http_head *head)
{
    if (status->token_len == 0 || (what != NULL && what->open) ||
        gwd_authorization_has(head,
                              gw_slice_of(status->token, status->token_len)))
        return true;
    /* A browser's first request has none, and is no guess. */
    if (has_header(head, "authorization"))
        note_wrong_token(status);
    return false;
}

#define CHALLENGE(scheme) "WWW-Authenticate: " scheme " realm=\"gatewayd\"\r\n"

/* A browser asks its user for a password at every answer that names Basic, also
 * to a script: the page would do that once a second. */
static const char *challenge(const gwd_http_head *head)
{
    if (has_header(head, "x-requested-with"))
        return CHALLENGE("Bearer");
    return CHALLENGE("Basic") CHALLENGE("Bearer");
}

/* ---- requests ----------------------------------------------------------- */

static bool is_version_1(gw_slice version)
{
    return version.len == 8 && memcmp(version.base, "HTTP/1.", 7) == 0 &&
           version.base[7] >= '0' && version.base[7] <= '9';
}

/* One Host and a right one, without which HTTP/1.0 may be (RFC 9112, 3.2). */
static bool is_right(const gwd_http_head *head)
{
    bool right = is_version_1(head->version);
    gwd_http_header header;
    int hosts = 0;
    size_t at = 0;

    while (gwd_http_head_next(head, &at, &header)) {
        if (!gwd_http_name_is(header.name, "host"))
            continue;
        right = right && gwd_http_is_host(header.value);
        hosts++;
    }
    return right && (hosts == 1 ||
                     (hosts == 0 && gw_slice_is(head->version, "HTTP/1.0")));
}

static void respond(visitor *v, const gwd_http_head *head)
{
    bool head_only = gwd_http_wants_head(head);
    const page *what = find_page(head);

    if (!is_right(head))
        refuse(v, "400 Bad Request", "", head_only);
    else if (!head_only && !gw_slice_is(head->method, "GET"))
        refuse(v, "405 Method Not Allowed", "Allow: GET, HEAD\r\n", false);
    else if (!may_see(v->status, what, head))
        refuse(v, "401 Unauthorized", challenge(head), head_only);
    else if (what == NULL)
        refuse(v, "404 Not Found", "", head_only);
    else
        serve(v, what, head_only);
}

/* ---- connections -------------------------------------------------------- */

static visitor *of_stream(gwd_stream *stream)
{
    return (visitor *)((char *)stream - offsetof(visitor, stream));
}

static ssize_t on_data(gwd_stream *stream, const char *base, size_t len)
{
    visitor *v = of_stream(stream);
    gwd_http_head head;
    size_t consumed = 0;
    int result = gwd_http_head_read(gw_slice_of(base, len), &head, &consumed);

    if (result == GW_EAGAIN)
        return 0;
    if (result == GW_OK)
        respond(v, &head);
    else if (result == GW_ETOOBIG)
        refuse(v, "431 Request Header Fields Too Large", "",
               gwd_http_wants_head(&head));
    else
        refuse(v, "400 Bad Request", "", gwd_http_wants_head(&head));
    return (ssize_t)len;
}

static void release(gwd_status *status)
{
    if (status->token != NULL)
        gw_secret_wipe(status->token, status->token_len);
    free(status->token);
    free(status->places);
    free(status);
}

static void free_if_done(gwd_status *status)
{
    if (!status->freed || status->count > 0)
        return;
    gwd_loop_remove_ring(status->kind.loop, &status->ring);
    release(status);
}

static void append(gwd_status *status, visitor *v)
{
    v->back = status->end;
    *v->back = v;
    status->end = &v->next;
}

static void take_out(visitor *v)
{
    if (v->back == NULL)
        return;
    *v->back = v->next;
    if (v->next != NULL)
        v->next->back = v->back;
    else
        v->status->end = v->back;
    v->next = NULL;
    v->back = NULL;
}

/* Those who come and do not ask must not keep a probe out: the oldest of them
 * goes. If all have asked, and only do not read, one of these. */
static void make_room(gwd_status *status)
{
    visitor *v = status->first;

    while (v != NULL && gwd_stream_closing(&v->stream))
        v = v->next;
    if (v == NULL)
        v = status->first;
    take_out(v);
    gwd_stream_end(&v->stream);
}

static void on_close(gwd_stream *stream)
{
    visitor *v = of_stream(stream);
    gwd_status *status = v->status;

    take_out(v);
    gwd_ring_disarm(&v->timeout);
    status->count--;
    free(v);
    free_if_done(status);
}

static void on_timeout(gwd_timeout *timeout)
{
    visitor *v = (visitor *)((char *)timeout - offsetof(visitor, timeout));

    gwd_stream_abort(&v->stream);
}

void gwd_status_accept(gwd_status *status, int fd)
{
    visitor *v = calloc(1, sizeof(*v));

    if (v == NULL || gwd_stream_init(&v->stream, &status->kind, fd) < 0) {
        free(v);
        close(fd);
        return;
    }
    if (status->count >= CONNECTIONS_MAX)
        make_room(status);
    v->status = status;
    append(status, v);
    status->count++;
    gwd_ring_arm(&status->ring, &v->timeout, REQUEST_SECONDS);
}

/* ---- the server --------------------------------------------------------- */

static char *copy_of(gw_slice s)
{
    char *copy = malloc(s.len + 1);

    if (copy != NULL && s.len > 0)
        memcpy(copy, s.base, s.len);
    return copy;
}

gwd_status *gwd_status_new(struct gwd_loop *loop, const struct gwd_slots *slots,
                           gw_slice places, gw_slice token)
{
    gwd_status *status = calloc(1, sizeof(*status));

    if (status == NULL)
        return NULL;
    status->places = copy_of(places);
    status->places_len = places.len;
    status->token = copy_of(token);
    status->token_len = token.len;
    if (status->places == NULL || status->token == NULL) {
        release(status);
        return NULL;
    }
    status->slots = slots;
    status->end = &status->first;
    status->kind = (gwd_stream_kind){
        .loop = loop, .on_data = on_data, .on_close = on_close};
    gwd_loop_add_ring(loop, &status->ring, on_timeout);
    return status;
}

void gwd_status_free(gwd_status *status)
{
    if (status == NULL)
        return;
    status->freed = true;
    free_if_done(status);
}
