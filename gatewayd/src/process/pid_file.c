#include "process/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

#define TRIES 10

/* Always false. */
static bool fail(char *error, const char *path, const char *why)
{
    snprintf(error, GWD_PID_FILE_ERROR_LEN + 1, "pid_file: %s: %s", path, why);
    return false;
}

static bool tell_holder(int fd, const char *path, char *error)
{
    char text[24] = "";
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
    char why[64];

    text[len > 0 ? len : 0] = '\0';
    snprintf(why, sizeof(why), "gatewayd runs already, pid %ld",
             strtol(text, NULL, 10));
    return fail(error, path, why);
}

static void unlock(gwd_pid_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

/* Whether the path still leads to the file that we have locked: its former
 * holder may have removed it meanwhile. */
static bool is_at(int fd, const char *path)
{
    struct stat ours, there;

    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* The file ends behind the new pid only after it was written: no reader sees a
 * part of it. */
static bool write_pid(int fd)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

    errno = ENOSPC; /* when it is not written wholly */
    return pwrite(fd, text, (size_t)len, 0) == len && ftruncate(fd, len) == 0;
}

/* The folder may be another user's: then at least nobody is in the file, and
 * its lock says that nobody runs. */
static bool clear(const gwd_pid_file *file)
{
    return unlink(file->path) == 0 || ftruncate(file->fd, 0) == 0;
}

/* Not a device, such as /dev/null: it would be removed in the end. */
static bool is_regular(const gwd_pid_file *file, char *error)
{
    struct stat st;

    if (fstat(file->fd, &st) < 0)
        return fail(error, file->path, strerror(errno));
    return S_ISREG(st.st_mode) || fail(error, file->path, "not a regular file");
}

static bool take_opened(gwd_pid_file *file, char *error, bool *again)
{
    if (!is_regular(file, error))
        return false;
    if (flock(file->fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? tell_holder(file->fd, file->path, error)
                                    : fail(error, file->path, strerror(errno));
    *again = !is_at(file->fd, file->path);
    if (*again)
        return fail(error, file->path,
                    "another process removes it again and again");
    if (write_pid(file->fd))
        return true;
    fail(error, file->path, strerror(errno));
    clear(file);
    return false;
}

/* Whoever can read it could lock it, and so keep us from starting; and its
 * folder may be another user's, who made a link there. */
bool gwd_pid_file_take(gwd_pid_file *file, const char *path,
                       char error[GWD_PID_FILE_ERROR_LEN + 1])
{
    bool again = true;

    file->path = NULL;
    file->fd = -1;
    if (path[0] == '\0')
        return true;
    file->path = strdup(path);
    if (file->path == NULL)
        return fail(error, path, "out of memory");
    for (int i = 0; again && i < TRIES; i++) {
        again = false;
        file->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file->fd < 0)
            fail(error, path, strerror(errno));
        else if (take_opened(file, error, &again))
            return true;
        unlock(file);
    }
    gwd_pid_file_forget(file);
    return false;
}

void gwd_pid_file_remove(gwd_pid_file *file)
{
    if (file->fd < 0)
        return;
    if (!clear(file))
        gwd_log(GWD_LOG_WARNING, "pid_file: %s cannot be removed", file->path);
    gwd_pid_file_forget(file);
}

void gwd_pid_file_forget(gwd_pid_file *file)
{
    unlock(file);
    free(file->path);
    file->path = NULL;
}
