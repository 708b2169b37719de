/* How long to wait before a process is started again. No clock in here. */
#ifndef GWD_BACKOFF_H
#define GWD_BACKOFF_H

#define GWD_BACKOFF_SHORT 5 /* seconds: a life that ends this soon counts */
#define GWD_BACKOFF_LONG 60 /* one that lasted this long clears the account */
#define GWD_BACKOFF_MAX 30

/* Zeroed: nothing has happened yet. */
typedef struct gwd_backoff {
    unsigned deaths; /* short lives, one soon after the other */
} gwd_backoff;

/* A process has ended after `lived` seconds: the seconds until the next may
 * start. 0 the first time, then 1, 2, 4… up to GWD_BACKOFF_MAX. */
unsigned gwd_backoff_next(gwd_backoff *backoff, unsigned lived);

#endif
