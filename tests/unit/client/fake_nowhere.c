/* Places where nobody answers. */
#include "fake.h"

#include "sockets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

const char *fake_refusing(unsigned which)
{
    static char addresses[2][32]; /* their sockets live as this process does */
    uint16_t port = 0;

    assert_true(which < 2);
    if (addresses[which][0] == '\0') {
        assert_true(sockets_bind(sockets_open(AF_INET), 0, &port));
        snprintf(addresses[which], sizeof addresses[which], "127.0.0.1:%u",
                 (unsigned)port);
    }
    return addresses[which];
}

enum { FULL_MAX = 16 };

struct fake_full {
    gw_socket fds[FULL_MAX];
    char address[32];
};

fake_full *fake_full_new(void)
{
    fake_full *full = calloc(1, sizeof *full);
    struct sockaddr_in in;
    socklen_t len = sizeof in;
    uint16_t port = 0;
    size_t i;

    full->fds[0] = sockets_open(AF_INET);
    assert_true(sockets_bind(full->fds[0], 0, &port));
    assert_true(sockets_listen(full->fds[0], 0));
    assert_int_equal(getsockname(full->fds[0], (struct sockaddr *)&in, &len),
                     0);
    snprintf(full->address, sizeof full->address, "127.0.0.1:%u",
             (unsigned)port);
    for (i = 1; i < FULL_MAX; i++) {
        full->fds[i] = sockets_open(AF_INET);
        sockets_set_nonblocking(full->fds[i]);
        connect(full->fds[i], (struct sockaddr *)&in, sizeof in);
    }
    return full;
}

const char *fake_full_address(const fake_full *full)
{
    return full->address;
}

void fake_full_free(fake_full *full)
{
    size_t i;

    for (i = FULL_MAX; i-- > 0;)
        sockets_close(full->fds[i]);
    free(full);
}
