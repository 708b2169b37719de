/* Who may speak here: workers and clients introduce themselves with the key. */
#include "inner/json.h"
#include "inner/request.h"
#include "secret.h"

/* The reference compares strictly: a member that is missing or no string never
 * matches, not even an empty key. */
static bool key_matches(const gwd_request *request)
{
    gwd_inner *inner = request->inner;
    gw_slice body = request->frame->body;
    gw_json json;
    gw_json_token token;

    if (gwd_json_check(body) != GW_OK ||
        gwd_json_reserve(&inner->text, body) != GW_OK ||
        !gwd_json_member(&json, &token, body, "secret_key") ||
        token.type != GW_JSON_STRING) {
        return false;
    }
    gw_json_unescape(&inner->text, &token);
    bool equal =
        gw_secret_equal(gw_buf_slice(&inner->text),
                        gw_slice_of(inner->secret_key, inner->secret_key_len));
    gw_secret_wipe(inner->text.base, inner->text.len);
    gw_buf_clear(&inner->text);
    return equal;
}

static void authorise(const gwd_request *request)
{
    if (!key_matches(request)) {
        gwd_request_bad(request, "the secret key does not match, closed");
        gwd_stream_abort(&request->conn->stream);
        return;
    }
    request->conn->authorised = true;
}

void gwd_on_worker_connect(const gwd_request *request)
{
    authorise(request);
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
