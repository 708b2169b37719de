/* One date for all answers: those to one script are compared. */
#include <time.h>

time_t __wrap_time(time_t *out);

time_t __wrap_time(time_t *out)
{
    if (out != NULL)
        *out = 784111777;
    return 784111777;
}
