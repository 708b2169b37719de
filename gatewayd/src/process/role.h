/* What a process of the daemon is there for. */
#ifndef GWD_ROLE_H
#define GWD_ROLE_H

#include <stdbool.h>

typedef struct gwd_role {
    bool services; /* Register and status */
    bool gateway;  /* number `number` */
    unsigned number;
    int lifeline; /* a child: ends when its master does; -1: no master */
    int ready;    /* a child: takes a byte once it has started */
} gwd_role;

#define GWD_ROLE_NAME_LEN 23
void gwd_role_name(const gwd_role *role, char out[GWD_ROLE_NAME_LEN + 1]);

#endif
