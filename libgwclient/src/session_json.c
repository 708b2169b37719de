/* Sessions as JSON and back, for programs: the codec's work in memory that the
 * caller owns. */
#include <gwclient/session.h>

#include "buf.h"
#include "json_to_ser.h"
#include "ser_to_json.h"

/* Ends the text; the buffer's memory becomes the caller's. */
static int give(gw_buf *buf, int rc, char **text, size_t *len)
{
    *text = NULL;
    *len = 0;
    if (rc == GW_OK) {
        gw_buf_put_char(buf, '\0');
        rc = buf->error;
    }
    if (rc != GW_OK) {
        gw_buf_deinit(buf);
        return rc;
    }
    *text = buf->base;
    *len = buf->len - 1;
    return GW_OK;
}

int gw_session_to_json(const gw_allocator *allocator, gw_slice session,
                       char **json, size_t *len)
{
    gw_buf buf;
    int rc = GW_OK;

    gw_buf_init(&buf, allocator, 0);
    if (session.len == 0)
        gw_buf_put_str(&buf, "{}");
    else
        rc = gw_json_object_from_ser(&buf, session);
    return give(&buf, rc, json, len);
}

int gw_session_from_json(const gw_allocator *allocator, gw_slice json,
                         char **out, size_t *len)
{
    gw_buf buf;

    gw_buf_init(&buf, allocator, 0);
    return give(&buf, gw_ser_from_json(&buf, json), out, len);
}
