#include "process/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"

#define TEXT_MAX 512

bool gwd_notify_address(const char *text, struct sockaddr_un *address,
                        socklen_t *len)
{
    size_t size = text == NULL ? 0 : strlen(text);

    if (size < 2 || size >= sizeof(address->sun_path) ||
        (text[0] != '/' && text[0] != '@'))
        return false;
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, text, size);
    if (text[0] == '@')
        address->sun_path[0] = '\0';
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    return true;
}

/* 0, or errno. */
static int send_to(const struct sockaddr_un *address, socklen_t address_len,
                   const char *text, size_t len)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = 0;
    ssize_t n;

    if (fd < 0)
        return errno;
    do {
        n = sendto(fd, text, len, MSG_NOSIGNAL,
                   (const struct sockaddr *)address, address_len);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        error = errno;
    close(fd);
    return error;
}

static void send_text(const char *text, size_t len)
{
    struct sockaddr_un address;
    socklen_t address_len;
    int error;

    if (!gwd_notify_address(getenv("NOTIFY_SOCKET"), &address, &address_len))
        return;
    error = send_to(&address, address_len, text, len);
    if (error != 0)
        gwd_log(GWD_LOG_WARNING, "the service manager was not told %.*s: %s",
                (int)strcspn(text, "\n"), text, strerror(error));
}

void gwd_notify(const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len > 0)
        send_text(text,
                  (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

void gwd_notify_reloading(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    gwd_notify("RELOADING=1\nMONOTONIC_USEC=%llu",
               (unsigned long long)now.tv_sec * 1000000 +
                   (unsigned long long)now.tv_nsec / 1000);
}

uint64_t gwd_notify_watchdog(void)
{
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");

    if (usec == NULL || (pid != NULL && strtol(pid, NULL, 10) != getpid()))
        return 0;
    return strtoull(usec, NULL, 10) / 2;
}
