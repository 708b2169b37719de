/* The inner port: frames from workers and clients of the cluster, one handler
 * per command. */
#ifndef GWD_INNER_H
#define GWD_INNER_H

#include <gwclient/types.h>

struct gwd_loop;
struct gwd_hub;
typedef struct gwd_inner gwd_inner;

typedef struct gwd_inner_config {
    struct gwd_loop *loop;
    struct gwd_hub *hub;
    gw_slice secret_key; /* empty: nobody has to authorise; copied */
} gwd_inner_config;

gwd_inner *gwd_inner_new(const gwd_inner_config *config); /* NULL: ENOMEM */

/* Closes its connections; call while the loop still exists. */
void gwd_inner_free(gwd_inner *inner);

/* Takes over a freshly accepted non-blocking `fd`. `peer` ("1.2.3.4:5") is for
 * the log. Closes the fd itself on failure. */
void gwd_inner_accept(gwd_inner *inner, int fd, const char *peer);

#endif
