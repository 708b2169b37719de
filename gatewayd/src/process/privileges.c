#include "process/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Always false. */
static bool fail(char *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(char *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error, GWD_PRIVILEGES_ERROR_LEN + 1, format, args);
    va_end(args);
    return false;
}

static bool find_user(gwd_privileges *who, const char *user, char *error)
{
    const struct passwd *found;

    errno = 0;
    found = getpwnam(user);
    if (found == NULL)
        return fail(error, "user: %s: %s", user,
                    errno == 0 ? "there is no such user" : strerror(errno));
    who->uid = found->pw_uid;
    who->gid = found->pw_gid;
    return true;
}

static bool find_group(gwd_privileges *who, const char *group,
                       char error[GWD_PRIVILEGES_ERROR_LEN + 1])
{
    const struct group *found;

    errno = 0;
    found = getgrnam(group);
    if (found == NULL)
        return fail(error, "group: %s: %s", group,
                    errno == 0 ? "there is no such group" : strerror(errno));
    who->gid = found->gr_gid;
    return true;
}

bool gwd_privileges_find(gwd_privileges *who, const char *user,
                         const char *group,
                         char error[GWD_PRIVILEGES_ERROR_LEN + 1])
{
    who->user = user;
    who->uid = geteuid();
    who->gid = getegid();
    if ((user[0] != '\0' && !find_user(who, user, error)) ||
        (group[0] != '\0' && !find_group(who, group, error)))
        return false;
    who->change = who->uid != geteuid() || who->gid != getegid();
    if (who->change && geteuid() != 0)
        return fail(error, "%s: only root can become another one",
                    who->uid != geteuid() ? "user" : "group");
    return true;
}

static int take_groups(const gwd_privileges *who)
{
    return who->user[0] != '\0' ? initgroups(who->user, who->gid)
                                : setgroups(1, &who->gid);
}

static bool fail_change(char error[GWD_PRIVILEGES_ERROR_LEN + 1])
{
    return fail(error, "user, group: %s", strerror(errno));
}

/* Root needs no supplementary groups: those of the user stay. */
bool gwd_privileges_borrow(gwd_privileges *who,
                           char error[GWD_PRIVILEGES_ERROR_LEN + 1])
{
    if (!who->change)
        return true;
    who->own_gid = getegid();
    return (take_groups(who) == 0 && setegid(who->gid) == 0 &&
            seteuid(who->uid) == 0) ||
           fail_change(error);
}

bool gwd_privileges_return(const gwd_privileges *who,
                           char error[GWD_PRIVILEGES_ERROR_LEN + 1])
{
    return !who->change || (seteuid(0) == 0 && setegid(who->own_gid) == 0) ||
           fail_change(error);
}

bool gwd_privileges_drop(const gwd_privileges *who,
                         char error[GWD_PRIVILEGES_ERROR_LEN + 1])
{
    if (!who->change)
        return true;
    if (take_groups(who) < 0 || setgid(who->gid) < 0 || setuid(who->uid) < 0)
        return fail_change(error);
    if (who->uid != 0 && (setuid(0) == 0 || geteuid() != who->uid ||
                          getuid() != who->uid || getegid() != who->gid))
        return fail(error, "user: root's rights cannot be given up");
    return true;
}
