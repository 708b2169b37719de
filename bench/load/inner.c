/* Frames of the inner port. */
#include "load.h"

#include <arpa/inet.h>
#include <string.h>

enum { HEAD = 28, BIND_UID = 12, JOIN_GROUP = 20, IS_ONLINE = 11 };
enum { WORKER_CONNECT = 200 };

static void put32(char *out, uint32_t value)
{
    value = htonl(value);
    memcpy(out, &value, sizeof(value));
}

size_t inner_head(char *out, unsigned command, uint32_t connection,
                  size_t ext_len, size_t body_len)
{
    memset(out, 0, HEAD);
    put32(out, (uint32_t)(HEAD + ext_len + body_len));
    out[4] = (char)command;
    put32(out + 17, connection);
    out[21] = 1; /* the body is bytes */
    put32(out + 24, (uint32_t)ext_len);
    return HEAD;
}

static size_t with_ext(char *out, unsigned command, uint32_t connection,
                       const char *ext)
{
    size_t len = strlen(ext);

    inner_head(out, command, connection, len, 0);
    memcpy(out + HEAD, ext, len);
    return HEAD + len;
}

size_t inner_bind(char *out, uint32_t connection, const char *uid)
{
    return with_ext(out, BIND_UID, connection, uid);
}

size_t inner_join(char *out, uint32_t connection, const char *group)
{
    return with_ext(out, JOIN_GROUP, connection, group);
}

size_t inner_fence(char *out)
{
    return inner_head(out, IS_ONLINE, 0, 0, 0);
}

size_t inner_worker(char *out, unsigned number)
{
    char body[128];
    int len =
        snprintf(body, sizeof(body),
                 "{\"worker_key\":\"bench:%u\",\"secret_key\":\"\"}", number);

    inner_head(out, WORKER_CONNECT, 0, 0, (size_t)len);
    memcpy(out + HEAD, body, (size_t)len);
    return HEAD + (size_t)len;
}
