/* A file with our process id, locked as long as we live. */
#ifndef GWD_PID_FILE_H
#define GWD_PID_FILE_H

#include <stdbool.h>

#define GWD_PID_FILE_ERROR_LEN 511

typedef struct gwd_pid_file {
    char *path; /* a copy: a reload replaces the options; or NULL */
    int fd;     /* -1: there is none */
} gwd_pid_file;

/* Locks the file and writes our pid to it. `path` "" makes none. False:
 * `error`, one line; so when another daemon holds it. A file that one left
 * behind is taken over. */
bool gwd_pid_file_take(gwd_pid_file *file, const char *path,
                       char error[GWD_PID_FILE_ERROR_LEN + 1]);

/* At the end. Who has given up the right to remove it empties it. */
void gwd_pid_file_remove(gwd_pid_file *file);

/* In a child: the lock is its master's. */
void gwd_pid_file_forget(gwd_pid_file *file);

#endif
