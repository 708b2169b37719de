/* Makes a gateway's lists of the uids and groups with the most connections,
 * while somebody asks for them: a little at a time, between the turns. */
#ifndef GWD_TOP_LISTS_H
#define GWD_TOP_LISTS_H

#include <stdint.h>

struct gwd_hub;
struct gwd_loop;
struct gwd_tops;
typedef struct gwd_top_lists_maker gwd_top_lists_maker;

/* All of them must outlive it; the seed (GW_SIPHASH_SEED_LEN bytes) is that of
 * all processes. NULL: ENOMEM. */
gwd_top_lists_maker *gwd_top_lists_new(struct gwd_loop *loop,
                                       struct gwd_hub *hub,
                                       struct gwd_tops *tops,
                                       const uint8_t *seed);
void gwd_top_lists_free(gwd_top_lists_maker *maker);

/* Once a second: begins when somebody has asked, and takes the lists away when
 * nobody does any more. */
void gwd_top_lists_tick(gwd_top_lists_maker *maker);

#endif
