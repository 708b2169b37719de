#include "core/system_log.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX_LEN 63
#define TIME_LEN 15 /* "Jan 31 12:00:00" */

int gwd_system_log_open(void)
{
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* "<28>Jan 31 12:00:00 gatewayd[123]: ", in local time, as syslog(3) has it. */
static size_t put_head(char out[HEAD_MAX_LEN + 1], int priority)
{
    char text[TIME_LEN + 1];
    time_t now = time(NULL);
    struct tm local;

    localtime_r(&now, &local);
    if (strftime(text, sizeof(text), "%b %e %T", &local) == 0)
        text[0] = '\0';
    return (size_t)snprintf(out, HEAD_MAX_LEN + 1,
                            "<%d>%s gatewayd[%ld]: ", LOG_DAEMON | priority,
                            text, (long)getpid());
}

bool gwd_system_log_send(int fd, const char *path, int priority, gw_slice line)
{
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    char head[HEAD_MAX_LEN + 1];
    struct iovec parts[] = {{head, put_head(head, priority)},
                            {(void *)line.base, line.len}};
    const struct msghdr message = {.msg_name = &place,
                                   .msg_namelen = sizeof(place),
                                   .msg_iov = parts,
                                   .msg_iovlen = 2};
    ssize_t n;

    snprintf(place.sun_path, sizeof(place.sun_path), "%s", path);
    do {
        n = sendmsg(fd, &message, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n >= 0;
}
