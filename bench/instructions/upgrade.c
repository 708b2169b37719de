/* Telling a worker of the costliest request that a stranger may send: as many
 * headers as there may be, whose names differ only at their end. */
#include <string.h>

#include "inner/upgrade.h"
#include "measured.h"

enum { OPERATIONS = 100, NAME_LEN = 150 };

static char request[GWD_HTTP_HEAD_MAX];

static size_t write_request(void)
{
    size_t len = (size_t)sprintf(request, "GET / HTTP/1.1\r\n");

    for (unsigned i = 0; i < GWD_HTTP_HEADERS_MAX; i++) {
        memset(request + len, 'x', NAME_LEN);
        len += NAME_LEN;
        len += (size_t)sprintf(request + len, "%02u:\r\n", i);
    }
    return len + (size_t)sprintf(request + len, "\r\n");
}

void measured(void *arg)
{
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    need(gwd_upgrade_put(&out, arg) == GW_OK, "enough memory");
    gw_buf_deinit(&out);
}

int main(void)
{
    gwd_http_head head;
    size_t len = write_request(), used;
    gwd_upgrade upgrade = {.head = &head,
                           .remote_address = gw_slice_str("10.0.0.1"),
                           .seed = (const uint8_t *)"0123456789abcdef"};

    need(gwd_http_head_read(gw_slice_of(request, len), &head, &used) == GW_OK,
         "a request that is taken");
    for (int i = 0; i < OPERATIONS; i++)
        measured(&upgrade);
    printf("%d\n", OPERATIONS);
    return 0;
}
