/* Telling the service manager (systemd's sd_notify, by hand: a datagram). */
#ifndef GWD_NOTIFY_H
#define GWD_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* $NOTIFY_SOCKET to an address: a path, or '@' and an abstract name. False:
 * neither, or too long. */
bool gwd_notify_address(const char *text, struct sockaddr_un *address,
                        socklen_t *len);

/* Sends lines such as "READY=1\nSTATUS=…", printf-like. Does nothing without
 * $NOTIFY_SOCKET, and never waits: what cannot be told goes to the log. */
void gwd_notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "RELOADING=1" with the time that Type=notify-reload wants. READY=1 ends
 * it. */
void gwd_notify_reloading(void);

/* How often to send "WATCHDOG=1", in microseconds, half of what the manager
 * waits for; 0: it does not watch us. */
uint64_t gwd_notify_watchdog(void);

#endif
