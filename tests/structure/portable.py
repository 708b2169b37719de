"""Which files may know on what system they run.

The library and the extension are ISO C but for net.c and net.h, which are for
POSIX and Windows; gatewayd is for Linux and the BSDs. What one of these systems
lacks is used only where the preprocessor was asked for it. `checks()` is for
check.py; it also shows that each rule finds its faults.
"""

import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ISO = set("""assert complex ctype errno fenv float inttypes iso646 limits locale
    math setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio
    stdlib stdnoreturn string tgmath threads time uchar wchar wctype""".split())

# What POSIX.1-2008 has and the daemon may use anywhere.
POSIX = set("""arpa/inet dirent dlfcn fcntl grp net/if netdb netinet/in
    netinet/tcp poll pthread pwd regex strings sys/mman sys/resource sys/select
    sys/socket sys/stat sys/time sys/types sys/uio sys/un sys/wait syslog
    termios unistd""".split())

# Not of POSIX, but of Linux and all BSDs.
BSD_TOO = {"sys/file", "sys/param"}

# Other headers that are not ours: check.py says which folder may have which.
LIBRARIES = re.compile(r"(event2|openssl)/|ini$")
PHP = re.compile(r"(php|zend|SAPI)\w*$|Zend/|main/|ext/")

# Folder -> headers that its files may include, beyond our own.
AREAS = {
    "libgwclient/": (ISO, None),
    "ext/": (ISO, PHP),
    "gatewayd/src/": (ISO | POSIX | BSD_TOO, LIBRARIES),
    "gwctl/src/": (ISO | POSIX | BSD_TOO | {"sys/ioctl"}, LIBRARIES),
}

# The files that tell systems apart. They may include what they like where they
# have asked for the system.
NET = {"libgwclient/src/net.c", "libgwclient/src/net.h"}

# What single files may know beyond that, and why.
EXCEPTIONS = {
    # what the kernel knows of a connection; elsewhere it is not asked
    "gatewayd/src/core/keepalive.c": {"__linux__", "sys/ioctl.h",
                                      "linux/sockios.h"},
    "gwctl/src/net/stream.c": {"__linux__"},
    # glibc's malloc keeps what it was given; elsewhere nothing is to be done
    "gatewayd/src/core/memory.c": {"malloc.h", "__GLIBC__"},
    # the present size of a process; getrusage() where that file is not
    "gatewayd/src/core/slots.c": {"/proc/"},
    # where macOS declares getentropy()
    "gwctl/src/net/websocket.c": {"sys/random.h", "__APPLE__"},
}

# Names that systems or their C libraries are known by.
SYSTEM = re.compile(r"""\b(_?_?WIN(?:32|64)|_MSC_VER|__MINGW\w*|__CYGWIN__|
    (?:PHP|ZEND)_WIN32|__linux(?:__)?|__gnu_linux__|__APPLE__|__MACH__|
    __\w*BSD__|__DragonFly__|BSD|__sun|__unix(?:__)?|__ANDROID__|
    __GLIBC__|__GNU_LIBRARY__|__UCLIBC__)\b""", re.VERBOSE)

# Not on every BSD (the daemon), or not on macOS either (the library).
LINUX_ONLY = re.compile(r"""\b(epoll_\w+|EPOLL\w+|eventfd|signalfd|timerfd_\w+|
    inotify_\w+|prctl|memfd_create|v?msplice|splice|tee|sendfile|mallopt|
    malloc_trim|mallinfo2?|getrandom|secure_getenv|program_invocation_\w+|
    get_current_dir_name|canonicalize_file_name|rawmemchr|gettid|unshare|setns|
    TCP_(?:KEEP\w+|USER_TIMEOUT|DEFER_ACCEPT|FASTOPEN\w*|QUICKACK|CORK|INFO)|
    SO_(?:REUSEPORT_LB|INCOMING_CPU|ATTACH\w+|BINDTODEVICE|PEERCRED|PRIORITY|
    MARK|NOSIGPIPE)|IP_(?:TRANSPARENT|FREEBIND|BIND_ADDRESS_NO_PORT)|
    MSG_(?:MORE|ZEROCOPY|ERRQUEUE)|POLLRDHUP|MADV_\w+|O_PATH|O_TMPFILE)\b|
    (/proc/)""", re.VERBOSE)
NOT_ON_MACOS = re.compile(r"""\b(accept4|pipe2|dup3|SOCK_CLOEXEC|SOCK_NONBLOCK|
    MSG_NOSIGNAL)\b""", re.VERBOSE)

COMMENT = re.compile(r'/\*.*?\*/|("(?:\\.|[^"\\])*")', re.DOTALL)
DIRECTIVE = re.compile(r"\s*#\s*(\w+)\s*(.*)")


def without_comments(text):
    """Strings stay; so do the ends of lines."""
    return COMMENT.sub(lambda m: m[1] or " " + "\n" * m[0].count("\n"),
                       text).replace("\\\n", " ")


def lines_of(text):
    """(line, directive or None, its rest, what is known to be defined there)."""
    known, otherwise = [], []
    for line in text.splitlines():
        found = DIRECTIVE.match(line)
        word, rest = found.groups() if found else (None, "")
        if word in ("if", "ifdef"):
            known.append(rest)
            otherwise.append("")
        elif word == "ifndef":
            known.append("")
            otherwise.append(rest)
        elif word == "elif":
            known[-1] = rest
        elif word == "else":
            known[-1] = otherwise[-1]
        elif word == "endif":
            known.pop()
            otherwise.pop()
        yield line, word, rest, " ".join(known)


def area_of(path):
    return next(AREAS[area] for area in AREAS if path.startswith(area))


def header_fault(path, rest, known):
    """About one #include <…>, or None."""
    found = re.match(r"<([^>]+)\.h>", rest)
    if found is None or found[1].startswith("gwclient/"):
        return None
    name = found[1] + ".h"
    allowed, foreign = area_of(path)
    if path in NET:
        allowed = ISO | POSIX
    if found[1] in allowed or (foreign and foreign.match(found[1])):
        return None
    if path not in NET and name not in EXCEPTIONS.get(path, ()):
        return f"{path}: <{name}> is not for it"
    return (None if SYSTEM.search(known) else
            f"{path}: <{name}> for all systems")


def name_faults(path, text, line, known):
    """About names that not every system has. Fine is what asks for the name or
    for a system that has it; or the file gives a meaning to one that lacks."""
    found = [m[1] or m[2] for m in LINUX_ONLY.finditer(line)]
    if not path.startswith("gatewayd/"):
        found += NOT_ON_MACOS.findall(line)
    if set(SYSTEM.findall(known)) - {"_WIN32"}:
        return
    for name in found:
        if name not in EXCEPTIONS.get(path, ()) and \
                not re.search(rf"\b{re.escape(name)}\b", known) and \
                not re.search(rf"#\s*ifndef {re.escape(name)}\b", text):
            yield f"{path}: {name} for all systems"


def file_faults(root, path):
    text = without_comments((root / path).read_text(encoding="utf-8"))
    for line, word, rest, known in lines_of(text):
        if word == "include":
            fault = header_fault(path, rest, known)
            if fault:
                yield fault
        elif word in ("if", "ifdef", "ifndef", "elif"):
            yield from (f"{path}: asks for {name}" for name in
                        SYSTEM.findall(rest)
                        if path not in NET and
                        name not in EXCEPTIONS.get(path, ()))
        else:
            yield from name_faults(path, text, line, known)


def faults(root):
    """Of every file, by folder."""
    found = {}
    for area in AREAS:
        found[area] = [
            fault for file in sorted((root / area).rglob("*.[ch]"))
            for fault in file_faults(root, str(file.relative_to(root)))]
    return found


# ---- the rules themselves --------------------------------------------------------

WRONG = {
    "libgwclient/wire/a.c": """#include <stdint.h>
        #include <unistd.h>
        /* #include <poll.h> and #ifdef _WIN32 in a comment */
        """,
    "libgwclient/src/b.h": """#ifndef B_H
        #define B_H
        #include <sys/socket.h>
        #if defined(__linux__) || defined(_MSC_VER)
        #endif
        #endif
        """,
    "libgwclient/src/net.c": """#ifdef _WIN32
        #include <windows.h>
        #else
        #include <poll.h>
        #include <sys/random.h>
        int bad = getrandom(0);
        #endif
        #ifdef MADV_WIPEONFORK
        int good = MADV_WIPEONFORK;
        #endif
        #ifndef MSG_NOSIGNAL
        #define MSG_NOSIGNAL 0
        #endif
        int flags = MSG_NOSIGNAL | SOCK_CLOEXEC;
        """,
    "ext/c.c": """#include <php.h>
        #include <ext/standard/info.h>
        #include <sys/time.h>
        #ifdef PHP_WIN32
        #endif
        """,
    "gatewayd/src/core/d.c": """#include <sys/socket.h>
        #include <event2/event.h>
        #include <sys/epoll.h>
        #include <malloc.h>
        #ifdef TCP_USER_TIMEOUT
        int good = TCP_USER_TIMEOUT;
        #endif
        int bad = prctl(1) + accept4(2);
        const char *name = "/proc/self/status";
        """,
    "gatewayd/src/core/memory.c": """#ifdef __GLIBC__
        #endif
        #include <malloc.h>
        """,
}

EXPECTED = {
    "libgwclient/": {
        "libgwclient/wire/a.c: <unistd.h> is not for it",
        "libgwclient/src/b.h: <sys/socket.h> is not for it",
        "libgwclient/src/b.h: asks for __linux__",
        "libgwclient/src/b.h: asks for _MSC_VER",
        "libgwclient/src/net.c: <sys/random.h> for all systems",
        "libgwclient/src/net.c: getrandom for all systems",
        "libgwclient/src/net.c: SOCK_CLOEXEC for all systems",
    },
    "ext/": {
        "ext/c.c: <sys/time.h> is not for it",
        "ext/c.c: asks for PHP_WIN32",
    },
    "gatewayd/src/": {
        "gatewayd/src/core/d.c: <sys/epoll.h> is not for it",
        "gatewayd/src/core/d.c: <malloc.h> is not for it",
        "gatewayd/src/core/d.c: prctl for all systems",
        "gatewayd/src/core/d.c: /proc/ for all systems",
        "gatewayd/src/core/memory.c: <malloc.h> for all systems",
    },
}


def self_faults():
    """What the rules say of files that break each of them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in WRONG.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        found = faults(root)
    for area, want in EXPECTED.items():
        got = set(found[area])
        yield from (f"not found: {fault}" for fault in sorted(want - got))
        yield from (f"wrongly found: {fault}" for fault in sorted(got - want))


def checks():
    yield "the portability check finds what is wrong", [*self_faults()]
    for area, found in faults(ROOT).items():
        yield f"portability of {area}", found
