/* Becoming another user, for good. */
#ifndef GWD_PRIVILEGES_H
#define GWD_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#define GWD_PRIVILEGES_ERROR_LEN 511

typedef struct gwd_privileges {
    const char *user; /* as given; "" : not to change */
    bool change;      /* we are not who we are to be */
    uid_t uid;
    gid_t gid;
    gid_t own_gid; /* while theirs is borrowed */
} gwd_privileges;

/* Who `user` and `group` ("": the user's own, and ours if there is no user)
 * are. False: `error`, one line that begins with the option; not to be had
 * because only root may change is one of them. `user` must outlive the result.
 */
bool gwd_privileges_find(gwd_privileges *who, const char *user,
                         const char *group,
                         char error[GWD_PRIVILEGES_ERROR_LEN + 1]);

/* Until gwd_privileges_return() we have their rights and no others: for what is
 * done with files that they may have put there. False: `error`. */
bool gwd_privileges_borrow(gwd_privileges *who,
                           char error[GWD_PRIVILEGES_ERROR_LEN + 1]);
bool gwd_privileges_return(const gwd_privileges *who,
                           char error[GWD_PRIVILEGES_ERROR_LEN + 1]);

/* Becomes them, and makes sure that there is no way back. */
bool gwd_privileges_drop(const gwd_privileges *who,
                         char error[GWD_PRIVILEGES_ERROR_LEN + 1]);

#endif
