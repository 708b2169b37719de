/* Who sends the messages that the connections are to get: frames to an inner
 * port, or POST requests. */
#include "load.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PUBLISHERS_MAX 1024
#define BATCH ((size_t)64 * 1024)
#define REQUEST_MAX 512

enum { SEND_TO_ALL = 6, SEND_TO_UID = 14, SEND_TO_GROUP = 22 };

typedef struct publisher {
    int fd;
    bool waits; /* HTTP: for the reply to its last request */
    size_t len; /* of the batch */
    char *batch;
} publisher;

static publisher publishers[PUBLISHERS_MAX];
static unsigned count;
static unsigned next;

static void open_one(publisher *p, const struct sockaddr_in *gateway)
{
    p->fd = blocking_dial(gateway);
    p->waits = false;
    p->len = 0;
    p->batch = malloc(BATCH + MESSAGE_MAX + REQUEST_MAX);
    if (p->batch == NULL)
        die("malloc");
}

void publish_open(unsigned wanted, bool as_workers)
{
    char hello[256];

    next = 0;
    for (count = 0; count < wanted * set.gateways; count++) {
        publisher *p = &publishers[count];

        if (count == PUBLISHERS_MAX)
            die("too many publishers");
        open_one(p, &set.publish[count % set.gateways]);
        if (as_workers)
            blocking_send(p->fd, hello, inner_worker(hello, count));
    }
}

static void flush_one(publisher *p)
{
    if (p->len > 0)
        blocking_send(p->fd, p->batch, p->len);
    p->len = 0;
}

/* ---- HTTP --------------------------------------------------------------- */

/* Reads one reply to its end; only its length is of interest. */
static void read_http(publisher *p)
{
    static char buffer[8192];
    size_t have = 0;
    char *end = NULL;
    const char *field;
    size_t want;

    if (!p->waits)
        return;
    p->waits = false;
    while (end == NULL) {
        ssize_t got = recv(p->fd, buffer + have, sizeof(buffer) - 1 - have, 0);

        if (got <= 0)
            die("no HTTP reply");
        have += (size_t)got;
        buffer[have] = '\0';
        end = strstr(buffer, "\r\n\r\n");
    }
    if (buffer[9] != '2')
        die("an HTTP error");
    field = strcasestr(buffer, "\r\ncontent-length:");
    want = (size_t)(end + 4 - buffer) +
           (field == NULL ? 0 : strtoul(field + 17, NULL, 10));
    while (have < want) {
        ssize_t got = recv(p->fd, buffer, sizeof(buffer), 0);

        if (got <= 0)
            die("half an HTTP reply");
        have += (size_t)got;
    }
}

static size_t put_request(char *out, load_kind kind, unsigned number,
                          size_t body)
{
    const char *mark = strstr(set.publish_path, "{c}");
    int front = (int)(mark == NULL ? strlen(set.publish_path)
                                   : (size_t)(mark - set.publish_path));
    char channel[32] = "all";

    if (kind != KIND_ALL)
        snprintf(channel, sizeof(channel), "%c%u", kind == KIND_UID ? 'u' : 'g',
                 number);
    return (size_t)snprintf(
        out, REQUEST_MAX,
        "POST %.*s%s%s HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\n"
        "Content-Length: %zu\r\n\r\n",
        front, set.publish_path, mark == NULL ? "" : channel,
        mark == NULL ? "" : mark + 3, body);
}

/* ---- either ------------------------------------------------------------- */

static size_t put_frame(char *out, load_kind kind, unsigned number, size_t body)
{
    char ext[96] = "";
    unsigned command = SEND_TO_ALL;
    size_t len;

    if (kind == KIND_UID) {
        command = SEND_TO_UID;
        snprintf(ext, sizeof(ext), "[\"u%u\"]", number);
    } else if (kind == KIND_GROUP) {
        command = SEND_TO_GROUP;
        snprintf(ext, sizeof(ext), "{\"group\":[\"g%u\"],\"exclude\":null}",
                 number);
    }
    len = inner_head(out, command, 0, strlen(ext), body);
    memcpy(out + len, ext, strlen(ext));
    return len + strlen(ext);
}

static void put_one(publisher *p, char first, load_kind kind, unsigned number,
                    uint64_t stamp, size_t size)
{
    char *out;

    if (set.http)
        read_http(p);
    out = p->batch + p->len;
    out += set.http ? put_request(out, kind, number, size)
                    : put_frame(out, kind, number, size);
    snprintf(out, MESSAGE_HEAD + 1, "%c%016llx%c", first,
             (unsigned long long)stamp, 'a' + (int)kind);
    memset(out + MESSAGE_HEAD, 'x', size - MESSAGE_HEAD);
    p->len = (size_t)(out + size - p->batch);
    p->waits = set.http;
    if (set.http || p->len > BATCH)
        flush_one(p);
}

/* To all gateways, as the API does with what no client_id tells the way. */
static void put(char first, load_kind kind, unsigned number, uint64_t stamp,
                size_t size)
{
    for (unsigned i = 0; i < set.gateways; i++)
        put_one(&publishers[next++ % count], first, kind, number, stamp, size);
}

void publish(load_kind kind, unsigned number, uint64_t stamp, size_t size)
{
    put('T', kind, number, stamp, size);
}

void publish_filler(unsigned uid, size_t size)
{
    put('F', KIND_UID, uid, 0, size);
}

void publish_flush(void)
{
    for (unsigned i = 0; i < count; i++)
        flush_one(&publishers[i]);
}

void publish_close(void)
{
    publish_flush();
    for (unsigned i = 0; i < count; i++) {
        publisher *p = &publishers[i];

        read_http(p);
        close(p->fd);
        free(p->batch);
    }
    count = 0;
}
