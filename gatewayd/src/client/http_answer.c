#include "client/http_answer.h"

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
#define DATE_LEN 29

void gwd_http_answer_begin(gw_buf *out, const char *status, time_t now)
{
    char date[DATE_LEN + 1];
    struct tm utc;

    gw_buf_put_str(out, "HTTP/1.1 ");
    gw_buf_put_str(out, status);
    /* In English: the daemon leaves the locale alone. */
    if (gmtime_r(&now, &utc) != NULL &&
        strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &utc) ==
            DATE_LEN) {
        gw_buf_put_str(out, "\r\nDate: ");
        gw_buf_put_str(out, date);
    }
    gw_buf_put_str(out, "\r\n");
}
