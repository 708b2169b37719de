/* What arrives: frames of a server, counted by the messages in them. */
#include "load.h"

#include <stdlib.h>
#include <string.h>

static uint64_t tick;
static uint64_t told; /* the goal that the parent was told of */

void receive_tick(uint64_t now)
{
    tick = now;
}

void receive_check(load_share *share)
{
    uint64_t goal = atomic_load_explicit(&share->goal, memory_order_acquire);

    if (goal == told ||
        atomic_load_explicit(&share->arrived, memory_order_relaxed) < goal)
        return;
    told = goal;
    wake_parent();
}

static uint64_t stamp_of(const char *digits)
{
    uint64_t value = 0;

    for (int i = 0; i < 16; i++) {
        unsigned char c = (unsigned char)digits[i];

        value = value << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

static void take_message(const char *base, size_t len, load_share *share)
{
    unsigned kind;
    uint64_t stamp;

    if (len < MESSAGE_HEAD || base[0] != 'T')
        return; /* a greeting */
    kind = (unsigned)(base[17] - 'a');
    if (kind >= KIND_COUNT)
        return;
    stamp = stamp_of(base + 1);
    if (stamp > 0) /* of bursts nobody asks for latencies */
        hist_add(&share->hist[kind], tick > stamp ? tick - stamp : 0);
    /* One writer: no need for a locked addition. */
    atomic_store_explicit(
        &share->arrived,
        atomic_load_explicit(&share->arrived, memory_order_relaxed) + 1,
        memory_order_release);
}

/* The length of the frame at `base`, and where its payload begins; 0: more is
 * needed to tell. A server does not mask. */
static size_t frame_len(const unsigned char *base, size_t len, size_t *head)
{
    size_t payload;

    if (len < 2)
        return 0;
    payload = base[1] & 127;
    *head = payload < 126 ? 2 : payload == 126 ? 4 : 10;
    if (len < *head)
        return 0;
    if (payload == 126) {
        payload = (size_t)base[2] << 8 | base[3];
    } else if (payload == 127) {
        payload = 0;
        for (int i = 2; i < 10; i++)
            payload = payload << 8 | base[i];
    }
    return *head + payload;
}

static bool keep(conn *c, const char *base, size_t len)
{
    if (len == 0) {
        free(c->kept);
        c->kept = NULL;
        c->kept_len = 0;
        return true;
    }
    if (len > MESSAGE_MAX + 16)
        return false;
    if (c->kept == NULL || c->kept_len < len) {
        char *grown = malloc(len);

        if (grown == NULL)
            return false;
        memcpy(grown, base, len);
        free(c->kept);
        c->kept = grown;
    } else {
        memmove(c->kept, base, len);
    }
    c->kept_len = (uint32_t)len;
    return true;
}

bool receive(conn *c, const char *base, size_t len, load_share *share)
{
    while (len > 0) {
        size_t head = 0;
        size_t whole = frame_len((const unsigned char *)base, len, &head);

        if (whole == 0 || whole > len)
            break;
        if ((base[0] & 15) == 8) /* close */
            return false;
        take_message(base + head, whole - head, share);
        base += whole;
        len -= whole;
    }
    return keep(c, base, len);
}
