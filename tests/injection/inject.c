/* A library to be preloaded: see inject.h. It allocates nothing, and may be
 * loaded before a sanitizer's runtime, whose functions are then the next. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define IOV_MOST 128

/* ---- the functions behind ours ------------------------------------------- */

static struct {
    ssize_t (*recv)(int, void *, size_t, int);
    ssize_t (*read)(int, void *, size_t);
    ssize_t (*send)(int, const void *, size_t, int);
    ssize_t (*sendto)(int, const void *, size_t, int, const struct sockaddr *,
                      socklen_t);
    ssize_t (*sendmsg)(int, const struct msghdr *, int);
    ssize_t (*write)(int, const void *, size_t);
    int (*accept4)(int, struct sockaddr *, socklen_t *, int);
    int (*connect)(int, const struct sockaddr *, socklen_t);
    int (*socket)(int, int, int);
    int (*poll)(struct pollfd *, nfds_t, int);
    int (*epoll_wait)(int, struct epoll_event *, int, int);
    int (*epoll_create1)(int);
    int (*epoll_ctl)(int, int, int, struct epoll_event *);
    int (*pipe2)(int[2], int);
    int (*close)(int);
    int (*setsockopt)(int, int, int, const void *, socklen_t);
    int (*getsockopt)(int, int, int, void *, socklen_t *);
    int (*open)(const char *, int, ...);
#define MEMBER(name) __typeof__(name) *name;
    GW_INJECT_OWN(MEMBER)
#undef MEMBER
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void (*free)(void *);
} real;

static gw_inject_control *control;
static uintptr_t program_begin, program_end;
static int resolving;

/* dlsym() may allocate before it has told where the allocator is. */
static char early[16384] __attribute__((aligned(16)));
static size_t early_used;

static void *early_alloc(size_t size)
{
    void *block = early + early_used;

    size = (size + 15) & ~(size_t)15;
    if (size > sizeof early - early_used)
        abort();
    early_used += size;
    return block;
}

static int is_early(const void *ptr)
{
    return (const char *)ptr >= early &&
           (const char *)ptr < early + sizeof early;
}

static int program_range(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];

        if (p->p_type == PT_LOAD && (p->p_flags & PF_X)) {
            program_begin = info->dlpi_addr + p->p_vaddr;
            program_end = program_begin + p->p_memsz;
        }
    }
    return 1; /* the first is the program */
}

static void map_control(void)
{
    const char *path = getenv("GW_INJECT");
    int fd = path == NULL ? -1 : real.open(path, O_RDWR | O_CLOEXEC);
    void *at;

    if (fd < 0)
        return;
    at = real.mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED,
                   fd, 0);
    real.close(fd);
    if (at != MAP_FAILED)
        control = at;
}

#define NEXT(name) *(void **)&real.name = dlsym(RTLD_NEXT, #name)

static void resolve(void)
{
    if (real.free != NULL || resolving)
        return;
    resolving = 1;
    NEXT(malloc);
    NEXT(calloc);
    NEXT(realloc);
    NEXT(recv);
    NEXT(read);
    NEXT(send);
    NEXT(sendto);
    NEXT(sendmsg);
    NEXT(write);
    NEXT(accept4);
    NEXT(connect);
    NEXT(socket);
    NEXT(poll);
    NEXT(epoll_wait);
    NEXT(epoll_create1);
    NEXT(epoll_ctl);
    NEXT(pipe2);
    NEXT(close);
    NEXT(setsockopt);
    NEXT(getsockopt);
    NEXT(open);
#define NEXT_OWN(name) NEXT(name);
    GW_INJECT_OWN(NEXT_OWN)
#undef NEXT_OWN
    NEXT(free);
    resolving = 0;
}

/* Not in resolve(): memory may be asked for before there is an environment. */
__attribute__((constructor)) static void begin(void)
{
    resolve();
    dl_iterate_phdr(program_range, NULL);
    map_control();
}

static int is_own(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;

    return at >= program_begin && at < program_end;
}

/* ---- whether a call fails ------------------------------------------------ */

static int port_of(int fd, int (*name)(int, struct sockaddr *, socklen_t *))
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t len = sizeof address;

    if (name(fd, &address.any, &len) != 0)
        return 0;
    if (address.any.sa_family == AF_INET)
        return ntohs(address.v4.sin_port);
    return address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port) : 0;
}

static void note(int fd)
{
    control->fired_fd = fd;
    control->fired_own = fd < 0 ? 0 : port_of(fd, real.getsockname);
    control->fired_peer = fd < 0 ? 0 : port_of(fd, real.getpeername);
}

/* 0, or the fault. */
static int fault_of(gw_inject_call call, int fd)
{
    int count, saved = errno, late;

    resolve();
    if (control == NULL || !control->armed)
        return 0;
    count = __atomic_add_fetch(&control->counts[call], 1, __ATOMIC_SEQ_CST);
    if (control->under == (int32_t)call + 1)
        return control->under_fault;
    if (control->call != (int32_t)call || control->nth == 0 ||
        count < control->nth)
        return 0;
    late = count - control->nth - control->times;
    if (late > 0 || (late == 0 && control->then == 0))
        return 0;
    if (__atomic_fetch_add(&control->fired, 1, __ATOMIC_SEQ_CST) == 0 ||
        late == 0)
        note(fd);
    errno = saved;
    return late == 0 ? control->then : control->fault;
}

/* Sets errno when the call is to fail. */
static int fails(gw_inject_call call, int fd)
{
    int fault = fault_of(call, fd);

    if (fault <= 0)
        return 0;
    errno = fault;
    return 1;
}

static size_t shorter(size_t len, int fault)
{
    if (fault == GW_INJECT_SHORT_1)
        return len > 0;
    return len > 1 ? len / 2 : len;
}

/* What a read could get now. */
static size_t readable(int fd, size_t len)
{
    int waiting = 0;

    if (real.ioctl(fd, FIONREAD, &waiting) != 0 || waiting <= 0)
        return len;
    return (size_t)waiting < len ? (size_t)waiting : len;
}

/* The beginning of `from`; returns the number of its parts. */
static int shorten(struct iovec *to, const struct iovec *from, size_t count,
                   size_t most, int fault)
{
    size_t total = 0, n = 0;

    for (size_t i = 0; i < count; i++)
        total += from[i].iov_len;
    total = shorter(total < most ? total : most, fault);
    for (; n < count && n < IOV_MOST && total > 0; n++) {
        to[n] = from[n];
        if (to[n].iov_len > total)
            to[n].iov_len = total;
        total -= to[n].iov_len;
    }
    return (int)n;
}

/* ---- reading ------------------------------------------------------------- */

EXPORT ssize_t recv(int fd, void *base, size_t len, int flags)
{
    int fault =
        fault_of(flags & MSG_PEEK ? GW_INJECT_peek : GW_INJECT_recv, fd);

    if (fault > 0) {
        errno = fault;
        return -1;
    }
    if (fault < 0)
        len = shorter(readable(fd, len), fault);
    return real.recv(fd, base, len, flags);
}

EXPORT ssize_t read(int fd, void *base, size_t len)
{
    int fault = 0;

    resolve();
    if (is_own(__builtin_return_address(0)))
        fault = fault_of(GW_INJECT_read, fd);

    if (fault > 0) {
        errno = fault;
        return -1;
    }
    if (fault < 0)
        len = shorter(readable(fd, len), fault);
    return real.read(fd, base, len);
}

/* ---- writing ------------------------------------------------------------- */

EXPORT ssize_t send(int fd, const void *base, size_t len, int flags)
{
    int fault = fault_of(GW_INJECT_send, fd);

    if (fault > 0) {
        errno = fault;
        return -1;
    }
    return real.send(fd, base, fault < 0 ? shorter(len, fault) : len, flags);
}

EXPORT ssize_t sendto(int fd, const void *base, size_t len, int flags,
                      const struct sockaddr *to, socklen_t to_len)
{
    if (fails(GW_INJECT_sendto, fd))
        return -1;
    return real.sendto(fd, base, len, flags, to, to_len);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    struct iovec some[IOV_MOST];
    struct msghdr shortened;
    int fault = fault_of(GW_INJECT_sendmsg, fd);

    if (fault > 0) {
        errno = fault;
        return -1;
    }
    if (fault == 0)
        return real.sendmsg(fd, msg, flags);
    shortened = *msg;
    shortened.msg_iov = some;
    shortened.msg_iovlen =
        (size_t)shorten(some, msg->msg_iov, msg->msg_iovlen, SIZE_MAX, fault);
    return real.sendmsg(fd, &shortened, flags);
}

EXPORT ssize_t write(int fd, const void *base, size_t len)
{
    int fault = 0;

    resolve();
    if (is_own(__builtin_return_address(0)))
        fault = fault_of(GW_INJECT_write, fd);

    if (fault > 0) {
        errno = fault;
        return -1;
    }
    if (fault < 0)
        len = shorter(len, fault);
    return real.write(fd, base, len);
}

/* ---- sockets ------------------------------------------------------------- */

EXPORT int accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    if (fails(GW_INJECT_accept4, fd))
        return -1;
    return real.accept4(fd, address, len, flags);
}

/* A signal does not stop a connection that has begun. */
EXPORT int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    int fault = fault_of(GW_INJECT_connect, fd);

    if (fault == EINTR)
        real.connect(fd, address, len);
    if (fault > 0) {
        errno = fault;
        return -1;
    }
    return real.connect(fd, address, len);
}

EXPORT int socket(int domain, int type, int protocol)
{
    if (fails(GW_INJECT_socket, -1))
        return -1;
    return real.socket(domain, type, protocol);
}

EXPORT int setsockopt(int fd, int level, int name, const void *value,
                      socklen_t len)
{
    if (fails(GW_INJECT_setsockopt, fd))
        return -1;
    return real.setsockopt(fd, level, name, value, len);
}

EXPORT int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    if (fails(GW_INJECT_getsockopt, fd))
        return -1;
    return real.getsockopt(fd, level, name, value, len);
}

/* ---- waiting ------------------------------------------------------------- */

EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (fails(GW_INJECT_poll, -1))
        return -1;
    return real.poll(fds, count, timeout);
}

EXPORT int epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
    if (fails(GW_INJECT_epoll_wait, -1))
        return -1;
    return real.epoll_wait(fd, events, most, timeout);
}

EXPORT int epoll_create1(int flags)
{
    return fails(GW_INJECT_epoll_create1, -1) ? -1 : real.epoll_create1(flags);
}

EXPORT int pipe2(int fds[2], int flags)
{
    return fails(GW_INJECT_pipe2, -1) ? -1 : real.pipe2(fds, flags);
}

/* Taking out does not fail for want of anything. */
EXPORT int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    if (op != EPOLL_CTL_DEL && fails(GW_INJECT_epoll_ctl, fd))
        return -1;
    return real.epoll_ctl(epoll, op, fd, event);
}

/* ---- files --------------------------------------------------------------- */

/* The descriptor is gone whatever close() returns. */
EXPORT int close(int fd)
{
    int fault = fault_of(GW_INJECT_close, fd);
    int result = real.close(fd);

    if (fault <= 0)
        return result;
    errno = fault;
    return -1;
}

EXPORT int open(const char *path, int flags, ...)
{
    va_list args;
    int mode;

    va_start(args, flags);
    mode = va_arg(args, int); /* whatever it is when it was not given */
    va_end(args);
    return fails(GW_INJECT_open, -1) ? -1 : real.open(path, flags, mode);
}

/* ---- what only counts where the program itself calls it -------------------
 */

#define OWN_FAILS(name, fd)                                                    \
    (resolve(),                                                                \
     is_own(__builtin_return_address(0)) && fails(GW_INJECT_##name, fd))

#define OWN(type, name, parameters, arguments, fd)                             \
    EXPORT type name parameters                                                \
    {                                                                          \
        return OWN_FAILS(name, fd) ? -1 : real.name arguments;                 \
    }

OWN(int, getsockname, (int fd, struct sockaddr *address, socklen_t *len),
    (fd, address, len), fd)
OWN(int, getpeername, (int fd, struct sockaddr *address, socklen_t *len),
    (fd, address, len), fd)
OWN(int, bind, (int fd, const struct sockaddr *address, socklen_t len),
    (fd, address, len), fd)
OWN(int, listen, (int fd, int backlog), (fd, backlog), fd)
OWN(int, shutdown, (int fd, int how), (fd, how), fd)
OWN(pid_t, fork, (void), (), -1)
OWN(pid_t, waitpid, (pid_t pid, int *status, int options),
    (pid, status, options), -1)
OWN(int, ppoll,
    (struct pollfd * fds, nfds_t count, const struct timespec *timeout,
     const sigset_t *signals),
    (fds, count, timeout, signals), -1)
OWN(int, stat, (const char *path, struct stat *st), (path, st), -1)
OWN(int, fstat, (int fd, struct stat *st), (fd, st), fd)
OWN(int, faccessat, (int folder, const char *path, int mode, int flags),
    (folder, path, mode, flags), -1)
OWN(int, flock, (int fd, int operation), (fd, operation), fd)
OWN(ssize_t, pread, (int fd, void *base, size_t len, off_t at),
    (fd, base, len, at), fd)
OWN(int, ftruncate, (int fd, off_t len), (fd, len), fd)
OWN(int, unlink, (const char *path), (path), -1)
OWN(int, initgroups, (const char *user, gid_t gid), (user, gid), -1)
OWN(int, setegid, (gid_t gid), (gid), -1)
OWN(int, seteuid, (uid_t uid), (uid), -1)
OWN(int, setgid, (gid_t gid), (gid), -1)
OWN(int, setuid, (uid_t uid), (uid), -1)
OWN(int, setrlimit, (__rlimit_resource_t resource, const struct rlimit *limit),
    (resource, limit), -1)
OWN(int, getrusage, (__rusage_who_t who, struct rusage *usage), (who, usage),
    -1)
OWN(int, madvise, (void *at, size_t len, int advice), (at, len, advice), -1)
OWN(ssize_t, getrandom, (void *base, size_t len, unsigned flags),
    (base, len, flags), -1)
OWN(int, getentropy, (void *base, size_t len), (base, len), -1)

EXPORT ssize_t pwrite(int fd, const void *base, size_t len, off_t at)
{
    int fault = 0;

    resolve();
    if (is_own(__builtin_return_address(0)))
        fault = fault_of(GW_INJECT_pwrite, fd);

    if (fault > 0) {
        errno = fault;
        return -1;
    }
    return real.pwrite(fd, base, fault < 0 ? shorter(len, fault) : len, at);
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    void *arg;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    return OWN_FAILS(ioctl, fd) ? -1 : real.ioctl(fd, request, arg);
}

EXPORT void *mmap(void *at, size_t len, int protection, int flags, int fd,
                  off_t offset)
{
    if (OWN_FAILS(mmap, fd))
        return MAP_FAILED;
    return real.mmap(at, len, protection, flags, fd, offset);
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
    return OWN_FAILS(fopen, -1) ? NULL : real.fopen(path, mode);
}

EXPORT int getaddrinfo(const char *host, const char *service,
                       const struct addrinfo *hints, struct addrinfo **list)
{
    int fault = 0;

    resolve();
    if (is_own(__builtin_return_address(0)))
        fault = fault_of(GW_INJECT_getaddrinfo, -1);
    return fault != 0 ? fault : real.getaddrinfo(host, service, hints, list);
}

/* ---- memory -------------------------------------------------------------- */

static int lacks_memory(const void *caller)
{
    if (!fails(is_own(caller) ? GW_INJECT_malloc : GW_INJECT_malloc_lib, -1))
        return 0;
    errno = ENOMEM;
    return 1;
}

EXPORT void *malloc(size_t size)
{
    resolve();
    if (real.malloc == NULL)
        return early_alloc(size);
    return lacks_memory(__builtin_return_address(0)) ? NULL : real.malloc(size);
}

EXPORT void *calloc(size_t count, size_t size)
{
    resolve();
    if (real.calloc == NULL)
        return early_alloc(count * size); /* is zero, and never used again */
    if (lacks_memory(__builtin_return_address(0)))
        return NULL;
    return real.calloc(count, size);
}

EXPORT void *realloc(void *ptr, size_t size)
{
    resolve();
    if (is_early(ptr) || real.realloc == NULL)
        abort(); /* nobody does that so early */
    if (lacks_memory(__builtin_return_address(0)))
        return NULL;
    return real.realloc(ptr, size);
}

EXPORT void free(void *ptr)
{
    if (ptr == NULL || is_early(ptr) || real.free == NULL)
        return;
    real.free(ptr);
}

/* ---- for those who steer ------------------------------------------------- */

EXPORT const char *gw_inject_call_name(int call)
{
    static const char *const names[] = {
#define GW_INJECT_NAME(name) #name,
        GW_INJECT_CALLS(GW_INJECT_NAME)
#undef GW_INJECT_NAME
    };

    return call >= 0 && call < GW_INJECT_CALL_COUNT ? names[call] : NULL;
}
