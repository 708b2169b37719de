#include "process/backoff.h"

unsigned gwd_backoff_next(gwd_backoff *backoff, unsigned lived)
{
    unsigned delay;

    if (lived >= GWD_BACKOFF_LONG)
        backoff->deaths = 0;
    if (lived >= GWD_BACKOFF_SHORT)
        return 0;
    backoff->deaths++;
    if (backoff->deaths == 1)
        return 0;
    /* 1 << 5 is above the maximum: more is never needed. */
    delay = backoff->deaths > 6 ? GWD_BACKOFF_MAX : 1u << (backoff->deaths - 2);
    return delay < GWD_BACKOFF_MAX ? delay : GWD_BACKOFF_MAX;
}
