#include "top_lists.h"

#include <stdlib.h>

#include "core/loop.h"
#include "core/tops.h"
#include "hub/hub.h"

/* A step is some ten microseconds with cold caches; between two of them clients
 * are served. */
#define STEP_EFFORT 1024
#define STEP_PAUSE_US 2000

struct gwd_top_lists_maker {
    gwd_loop *loop;
    gwd_hub *hub;
    gwd_tops *tops;
    const uint8_t *seed;
    struct event step;
    bool busy;      /* walking */
    bool published; /* there is something to take away */
    bool groups;    /* the uids are done */
    gwd_walk walk;
    gwd_top_lists lists;
};

static gwd_top *top_of(gwd_top_lists_maker *maker)
{
    return maker->groups ? &maker->lists.groups : &maker->lists.uids;
}

static void offer(void *arg, gw_slice text, size_t count)
{
    gwd_top_lists_maker *maker = arg;

    gwd_top_offer(top_of(maker), maker->seed, text, count);
}

static void begin(gwd_top_lists_maker *maker, bool groups)
{
    maker->groups = groups;
    maker->walk = (gwd_walk){0};
    *top_of(maker) = (gwd_top){0};
}

static void publish(gwd_top_lists_maker *maker)
{
    maker->lists.known = 1;
    maker->lists.made = gwd_loop_seconds();
    gwd_tops_publish(maker->tops, &maker->lists);
    maker->published = true;
}

/* True: all is done. */
static bool walk(gwd_top_lists_maker *maker)
{
    gwd_walk_state state = maker->groups
                               ? gwd_hub_walk_groups(maker->hub, &maker->walk,
                                                     STEP_EFFORT, offer, maker)
                               : gwd_hub_walk_uids(maker->hub, &maker->walk,
                                                   STEP_EFFORT, offer, maker);

    if (state == GWD_WALK_ANEW)
        begin(maker, maker->groups);
    if (state != GWD_WALK_DONE)
        return false;
    if (maker->groups)
        return true;
    begin(maker, true);
    return false;
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
    static const struct timeval pause = {0, STEP_PAUSE_US};
    gwd_top_lists_maker *maker = arg;

    (void)fd;
    (void)what;
    gwd_loop_mark(maker->loop);
    maker->busy = !walk(maker);
    if (!maker->busy)
        publish(maker);
    else if (event_add(&maker->step, &pause) < 0)
        maker->busy = false; /* out of memory: again at the next tick */
}

void gwd_top_lists_tick(gwd_top_lists_maker *maker)
{
    static const gwd_top_lists none;

    if (gwd_tops_asked(maker->tops, gwd_loop_seconds())) {
        if (maker->busy)
            return;
        begin(maker, false);
        on_step(-1, 0, maker);
    } else if (maker->published) {
        gwd_tops_publish(maker->tops, &none);
        maker->published = false;
    }
}

gwd_top_lists_maker *gwd_top_lists_new(gwd_loop *loop, gwd_hub *hub,
                                       gwd_tops *tops, const uint8_t *seed)
{
    gwd_top_lists_maker *maker = calloc(1, sizeof(*maker));

    if (maker == NULL)
        return NULL;
    maker->loop = loop;
    maker->hub = hub;
    maker->tops = tops;
    maker->seed = seed;
    if (event_assign(&maker->step, loop->base, -1, 0, on_step, maker) < 0) {
        free(maker);
        return NULL;
    }
    return maker;
}

void gwd_top_lists_free(gwd_top_lists_maker *maker)
{
    if (maker == NULL)
        return;
    event_del(&maker->step);
    free(maker);
}
