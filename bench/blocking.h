/* Blocking TCP to the inner port of a gateway. Any failure ends the program. */
#ifndef BENCH_BLOCKING_H
#define BENCH_BLOCKING_H

#include <netinet/in.h>
#include <stddef.h>

/* Says so, with errno. */
_Noreturn void die(const char *what);

/* With TCP_NODELAY, as the library has it. */
int blocking_dial(const struct sockaddr_in *peer);

void blocking_send(int fd, const void *base, size_t len);

/* Reads one reply to its end: a length and as many bytes. No other may be under
 * way behind it. */
void blocking_read_reply(int fd);

#endif
