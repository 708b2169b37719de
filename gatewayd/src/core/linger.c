#include "core/linger.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <gwclient/error.h>

#include "core/keepalive.h"
#include "core/loop.h"
#include "core/transport.h"

#define DISCARD_READS 16
/* Looks, and no time: a machine that stood still has not waited for anybody. */
#define STALLED 20

static const struct timeval look_time = {0, 50000};

typedef struct gwd_lingerer {
    struct event event;
    gwd_timeout timeout;
    gwd_loop *loop;
    struct gwd_lingerer *next;
    struct gwd_lingerer **back; /* what points to this one */
    unsigned looks;             /* since something last came or left */
    int left;                   /* bytes that had not reached the peer then */
    int fd;
    bool reads_late;
} gwd_lingerer;

static ssize_t discard(gwd_loop *loop, int fd)
{
    return gwd_transport_receive(fd, loop->buffer, sizeof(loop->buffer));
}

bool gwd_discard_input(gwd_loop *loop, int fd)
{
    ssize_t got = (ssize_t)sizeof(loop->buffer);

    for (int i = 0; i < DISCARD_READS && got == (ssize_t)sizeof(loop->buffer);
         i++)
        got = discard(loop, fd);
    return got != GW_ECLOSED;
}

static void end(gwd_lingerer *l)
{
    event_del(&l->event);
    gwd_ring_disarm(&l->timeout);
    *l->back = l->next;
    if (l->next != NULL)
        l->next->back = l->back;
    l->loop->lingerers.count--;
    close(l->fd);
    free(l);
}

/* One read: others wait for their turn. */
static void on_input(evutil_socket_t fd, short what, void *arg)
{
    gwd_lingerer *l = arg;

    (void)what;
    gwd_loop_mark(l->loop);
    if (discard(l->loop, fd) == GW_ECLOSED)
        end(l);
    else if (l->reads_late)
        l->looks = 0;
}

static void on_timeout(gwd_timeout *timeout)
{
    end((gwd_lingerer *)((char *)timeout - offsetof(gwd_lingerer, timeout)));
}

static void insert(gwd_lingerers *all, gwd_lingerer *l)
{
    l->next = all->first;
    l->back = &all->first;
    if (l->next != NULL)
        l->next->back = &l->next;
    all->first = l;
    all->count++;
}

static bool stay(gwd_loop *loop, int fd, bool reads_late)
{
    gwd_lingerer *l;

    if (loop->lingerers.count >= GWD_LINGER_MAX && !loop->lingerers.draining)
        return false;
    l = calloc(1, sizeof(*l));
    if (l == NULL)
        return false;
    l->loop = loop;
    l->fd = fd;
    l->reads_late = reads_late;
    if (event_assign(&l->event, loop->base, fd, EV_READ | EV_PERSIST, on_input,
                     l) < 0 ||
        event_add(&l->event, NULL) < 0) {
        free(l);
        return false;
    }
    insert(&loop->lingerers, l);
    gwd_ring_arm(&loop->lingerers.ring, &l->timeout, GWD_LINGER_SECONDS);
    return true;
}

void gwd_linger(gwd_loop *loop, int fd, bool reads_late)
{
    if (!gwd_discard_input(loop, fd) || shutdown(fd, SHUT_WR) < 0 ||
        !stay(loop, fd, reads_late))
        close(fd);
}

/* ---- the end of the process ---------------------------------------------- */

/* Whether nothing is to be hoped for any more. */
static bool is_over(gwd_lingerer *l)
{
    int left = gwd_keepalive_left(l->fd);

    if (left == 0 && !l->reads_late)
        return true;
    if (left != l->left)
        l->looks = 0;
    l->left = left;
    return l->looks++ >= STALLED;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    gwd_loop *loop = arg;
    gwd_lingerer *next;

    (void)fd;
    (void)what;
    for (gwd_lingerer *l = loop->lingerers.first; l != NULL; l = next) {
        next = l->next;
        if (is_over(l))
            end(l);
    }
}

void gwd_lingerers_drain(gwd_loop *loop)
{
    gwd_lingerers *all = &loop->lingerers;

    all->draining = event_assign(&all->look, loop->base, -1, EV_PERSIST,
                                 on_look, loop) == 0 &&
                    event_add(&all->look, &look_time) == 0;
}

void gwd_lingerers_init(gwd_loop *loop)
{
    gwd_loop_add_ring(loop, &loop->lingerers.ring, on_timeout);
}

void gwd_lingerers_close(gwd_loop *loop)
{
    if (loop->lingerers.draining)
        event_del(&loop->lingerers.look);
    loop->lingerers.draining = false;
    while (loop->lingerers.first != NULL)
        end(loop->lingerers.first);
}
