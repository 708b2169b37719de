/* Built without OpenSSL. */
#include <stdio.h>

#include "net/tls.h"

static ssize_t fail(char *error)
{
    snprintf(error, GWCTL_NET_ERROR_LEN + 1,
             "this gwctl was built without OpenSSL: no wss://");
    return GWCTL_NET_FAILED;
}

gwctl_tls *gwctl_tls_new(int fd, const char *host, const char *ca_file,
                         bool insecure, char error[GWCTL_NET_ERROR_LEN + 1])
{
    (void)fd;
    (void)host;
    (void)ca_file;
    (void)insecure;
    fail(error);
    return NULL;
}

void gwctl_tls_free(gwctl_tls *tls)
{
    (void)tls;
}

int gwctl_tls_handshake(gwctl_tls *tls, char error[GWCTL_NET_ERROR_LEN + 1])
{
    (void)tls;
    return (int)fail(error);
}

ssize_t gwctl_tls_read(gwctl_tls *tls, void *out, size_t len,
                       char error[GWCTL_NET_ERROR_LEN + 1])
{
    (void)tls;
    (void)out;
    (void)len;
    return fail(error);
}

ssize_t gwctl_tls_write(gwctl_tls *tls, const void *base, size_t len,
                        char error[GWCTL_NET_ERROR_LEN + 1])
{
    (void)tls;
    (void)base;
    (void)len;
    return fail(error);
}
