/* What the preloaded shim (inject.c) and those who steer it share.
 *
 * The shim stands between a program and its system calls (and malloc). It maps
 * the file that GW_INJECT names, which holds a gw_inject_control; whoever maps
 * it too may count the calls and make one fail. */
#ifndef GW_INJECT_H
#define GW_INJECT_H

#include <stdint.h>

/* How a call may fail, beyond an errno. */
#define GW_INJECT_SHORT_1 (-1)    /* moves one byte */
#define GW_INJECT_SHORT_HALF (-2) /* moves half of what it could */

/* Those that it stands before only where the program itself calls them; what
 * they return says no more than whether they failed, by -1. */
#define GW_INJECT_OWN(X)                                                       \
    X(getsockname)                                                             \
    X(getpeername)                                                             \
    X(bind)                                                                    \
    X(listen)                                                                  \
    X(shutdown)                                                                \
    X(ioctl)                                                                   \
    X(fork)                                                                    \
    X(waitpid)                                                                 \
    X(ppoll)                                                                   \
    X(stat)                                                                    \
    X(fstat)                                                                   \
    X(faccessat)                                                               \
    X(flock)                                                                   \
    X(pread)                                                                   \
    X(pwrite)                                                                  \
    X(ftruncate)                                                               \
    X(unlink)                                                                  \
    X(initgroups)                                                              \
    X(setegid)                                                                 \
    X(seteuid)                                                                 \
    X(setgid)                                                                  \
    X(setuid)                                                                  \
    X(setrlimit)                                                               \
    X(getrusage)                                                               \
    X(madvise)                                                                 \
    X(getrandom)                                                               \
    X(getentropy)                                                              \
    X(mmap)        /* MAP_FAILED */                                            \
    X(fopen)       /* NULL */                                                  \
    X(getaddrinfo) /* the fault is what it returns */

/* Each function that the shim stands before. */
#define GW_INJECT_CALLS(X)                                                     \
    X(recv)                                                                    \
    X(peek) /* recv() with MSG_PEEK */                                         \
    X(read) /* by the program itself, not its libraries: what libevent tells   \
               itself through a pipe cannot fail like that */                  \
    X(send)                                                                    \
    X(sendto)                                                                  \
    X(sendmsg)                                                                 \
    X(write) /* the same */                                                    \
    X(accept4)                                                                 \
    X(connect)                                                                 \
    X(socket)                                                                  \
    X(poll)                                                                    \
    X(epoll_wait)                                                              \
    X(epoll_create1)                                                           \
    X(epoll_ctl)                                                               \
    X(pipe2)                                                                   \
    X(close)                                                                   \
    X(setsockopt)                                                              \
    X(getsockopt)                                                              \
    X(open)                                                                    \
    GW_INJECT_OWN(X)                                                           \
    X(malloc)     /* by the program itself: malloc, calloc, realloc */         \
    X(malloc_lib) /* the same, by its libraries */

typedef enum gw_inject_call {
#define GW_INJECT_ENUM(name) GW_INJECT_##name,
    GW_INJECT_CALLS(GW_INJECT_ENUM)
#undef GW_INJECT_ENUM
        GW_INJECT_CALL_COUNT
} gw_inject_call;

/* 32-bit members only: Python maps it as an array of them. */
typedef struct gw_inject_control {
    int32_t armed; /* calls are counted, and one may fail */
    int32_t call;
    int32_t fault; /* errno or GW_INJECT_SHORT_… */
    int32_t nth;   /* 1: the next; 0: none fails */
    int32_t times; /* so many in a row from there on */
    int32_t then;  /* fault of the call after these; 0: none */
    int32_t under; /* 1 + a call that always fails, whatever `call` is; or 0 */
    int32_t under_fault;

    int32_t fired;     /* how many failed */
    int32_t fired_fd;  /* of the first, or of `then`; or -1 */
    int32_t fired_own; /* its ports, or 0 */
    int32_t fired_peer;
    int32_t counts[GW_INJECT_CALL_COUNT]; /* since it was armed */
} gw_inject_control;

/* The call's name, or NULL behind the last. */
const char *gw_inject_call_name(int call);

#endif
