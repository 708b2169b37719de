/* Who may speak here: workers and clients introduce themselves with the key.
 * Workers are served from then on. */
#include <string.h>

#include "inner/json.h"
#include "inner/request.h"
#include "secret.h"

static const char wrong_key[] = "the secret key does not match, closed";

/* Why it does not match, or NULL. The reference compares strictly: a member
 * that is missing or no string never matches, not even an empty key. */
static const char *refusal(const gwd_request *request)
{
    gwd_inner *inner = request->inner;
    gw_slice body = request->frame->body;
    gw_json json;
    gw_json_token token;

    if (gwd_json_check(body) != GW_OK) {
        return wrong_key;
    }
    if (gwd_json_reserve(&inner->text, body) != GW_OK) {
        return "out of memory, closed";
    }
    if (!gwd_json_member(&json, &token, body, "secret_key") ||
        token.type != GW_JSON_STRING) {
        return wrong_key;
    }
    gw_json_unescape(&inner->text, &token);
    bool equal =
        gw_secret_equal(gw_buf_slice(&inner->text),
                        gw_slice_of(inner->secret_key, inner->secret_key_len));
    gw_secret_wipe(inner->text.base, inner->text.len);
    gw_buf_clear(&inner->text);
    return equal ? NULL : wrong_key;
}

static bool authorise(const gwd_request *request)
{
    const char *why = refusal(request);

    if (why != NULL) {
        gwd_request_bad(request, why);
        gwd_stream_abort(&request->conn->stream);
        return false;
    }
    if (!request->conn->authorised) { /* later the timeout is another one */
        request->conn->authorised = true;
        gwd_ring_disarm(&request->conn->timeout);
    }
    return true;
}

/* The worker_key as PHP makes a string of it. */
static void put_worker_key(gw_buf *out, gw_slice body)
{
    gw_json json;
    gw_json_token token;

    if (!gwd_json_member(&json, &token, body, "worker_key")) {
        return;
    }
    switch (token.type) {
    case GW_JSON_STRING:
        gw_json_unescape(out, &token);
        break;
    case GW_JSON_INT:
    case GW_JSON_DOUBLE:
        gw_buf_put_slice(out, token.text);
        break;
    case GW_JSON_TRUE:
        gw_buf_put_str(out, "1");
        break;
    case GW_JSON_OBJECT:
    case GW_JSON_ARRAY:
        gw_buf_put_str(out, "Array");
        break;
    default: /* false and null are "" */
        break;
    }
}

/* REMOTE_IP:worker_key */
static gw_slice key_of_worker(const gwd_request *request)
{
    gw_buf *text = &request->inner->text;
    const char *peer = request->conn->peer;
    const char *colon = strrchr(peer, ':');

    gw_buf_clear(text);
    gw_buf_put(text, peer,
               colon == NULL ? strlen(peer) : (size_t)(colon - peer));
    gw_buf_put_char(text, ':');
    put_worker_key(text, request->frame->body);
    return gw_buf_slice(text);
}

static void attach(const gwd_request *request)
{
    gwd_inner *inner = request->inner;
    gwd_inner_conn *conn = request->conn;
    gw_slice key = key_of_worker(request);
    gwd_stream *replaced;

    gwd_inner_report(inner); /* what one that is replaced has lost */
    if (inner->text.error < 0 ||
        gwd_workers_attach(&inner->workers, key, &conn->stream, &conn->worker,
                           &replaced) < 0) {
        gwd_request_bad(request, "out of memory, closed");
        gwd_stream_abort(&conn->stream);
        return;
    }
    conn->stream.kind = &inner->worker_kind;
    gwd_inner_on_workers(inner);
    if (replaced != NULL) {
        gwd_inner_conn *older = GWD_ENTRY(replaced, gwd_inner_conn, stream);

        gwd_worker_log(GWD_LOG_WARNING, conn->worker,
                       "is here twice: the older connection, %s, is told "
                       "nothing more, and is closed within %d s",
                       older->peer, GWD_REPLACED_SECONDS);
        gwd_inner_conn_replace(older);
    }
    gwd_worker_log(GWD_LOG_INFO, conn->worker, "attached as %s, %zu in all",
                   conn->peer, inner->workers.count);
    gwd_inner_report_unheard(inner);
    if (inner->named) {
        gwd_worker_log(GWD_LOG_WARNING, conn->worker,
                       "finds no single client here: it looks for an IPv4 "
                       "address, and lan_ip is a host name");
    }
}

void gwd_on_worker_connect(const gwd_request *request)
{
    if (authorise(request) && !request->conn->replaced) {
        attach(request);
    }
}

void gwd_on_client_connect(const gwd_request *request)
{
    authorise(request);
}

/* Workers on other machines send it to keep the connection alive. */
void gwd_on_ping(const gwd_request *request)
{
    (void)request;
}
