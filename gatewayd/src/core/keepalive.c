#include "core/keepalive.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#ifdef __linux__
#include <linux/sockios.h>
#include <sys/ioctl.h>
#endif

#define PROBES 3
#define PROBE_SECONDS 4
#define IDLE_SECONDS (GWD_KEEPALIVE_SECONDS - PROBES * PROBE_SECONDS)
/* Less may be a machine that stood still itself. */
#define REPEATS 3
/* As many as Linux takes, eight minutes of them; where the loss cannot be seen,
 * the connection has to end for it. */
#ifdef __linux__
#define PATIENT_PROBES 127
#else
#define PATIENT_PROBES PROBES
#endif

static void set_tcp(int fd, int name, int value)
{
    (void)setsockopt(fd, IPPROTO_TCP, name, &value, sizeof(value));
}

static void start(int fd, int idle, int interval, int probes)
{
    static const int on = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
    set_tcp(fd, TCP_KEEPIDLE, idle);
    set_tcp(fd, TCP_KEEPINTVL, interval);
    set_tcp(fd, TCP_KEEPCNT, probes);
#else
    (void)idle;
    (void)interval;
    (void)probes;
#endif
}

/* While something waits for its acknowledgement nobody probes. */
static void limit_repeats(int fd)
{
#ifdef TCP_USER_TIMEOUT
    set_tcp(fd, TCP_USER_TIMEOUT, GWD_KEEPALIVE_SECONDS * 1000);
#else
    (void)fd;
#endif
}

void gwd_keepalive_start(int fd)
{
    start(fd, IDLE_SECONDS, PROBE_SECONDS, PATIENT_PROBES);
}

void gwd_keepalive_start_strict(int fd)
{
    start(fd, IDLE_SECONDS, PROBE_SECONDS, PROBES);
    limit_repeats(fd);
}

void gwd_keepalive_start_eager(int fd)
{
    start(fd, 1, 1, GWD_KEEPALIVE_SECONDS - 1);
    limit_repeats(fd);
}

bool gwd_keepalive_is_lost(int fd)
{
#ifdef __linux__
    struct tcp_info info;
    socklen_t len = sizeof(info);

    /* A peer whose buffers are full acknowledges even so. */
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
           (info.tcpi_retransmits >= REPEATS || info.tcpi_probes >= REPEATS) &&
           info.tcpi_last_ack_recv >= GWD_KEEPALIVE_SECONDS * 1000;
#else
    (void)fd;
    return false;
#endif
}

int gwd_keepalive_left(int fd)
{
#ifdef __linux__
    int left;

    return ioctl(fd, SIOCOUTQ, &left) < 0 ? 0 : left;
#else
    (void)fd;
    return 0;
#endif
}
