/* One date for all answers: those to one script are compared. */
#include <time.h>

#define NOW 784111777

time_t __wrap_time(time_t *out);

time_t __wrap_time(time_t *out)
{
    if (out != NULL)
        *out = NOW;
    return NOW;
}
