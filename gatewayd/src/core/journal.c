#include "core/journal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The variable is inherited by whoever redirects standard error, too. So it
 * names the stream: "device:inode" (systemd.exec(5)). */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[48];
    struct stat st;

    if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
        return false;
    snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
             (uintmax_t)st.st_ino);
    return strcmp(own, stream) == 0;
}

const char *gwd_journal_mark(int priority)
{
    static const char *const marks[] = {"<0>", "<1>", "<2>", "<3>",
                                        "<4>", "<5>", "<6>", "<7>"};

    return is_journal() ? marks[priority] : "";
}
