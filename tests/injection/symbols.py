"""That no system call of the library and the daemon is forgotten: whatever they
take from libc is made to fail by a table, or stands here."""

import os
import re
import subprocess

from harness.process import PREFIX

# Memory, strings, numbers, texts, the calendar: nothing that the system is asked
# for. A new name goes here only if that is so; open files, too, are asked for.
PURE = set("""
    __assert_fail __ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc
    __cxa_finalize __errno_location __libc_start_main __stack_chk_fail
    _setjmp __sigsetjmp longjmp abort exit environ stderr stdout stdin
    bcmp memchr memcmp memcpy memmem memmove memrchr memset mempcpy rawmemchr
    explicit_bzero bsearch qsort
    stpcpy strcasecmp strchr strchrnul strcmp strcpy strcspn strerror strlen
    strncasecmp strncmp strncpy strnlen strrchr strsignal strspn strstr
    strtod strtok_r strtol strtoll strtoul strtoull
    gai_strerror inet_ntop inet_pton in6addr_any in6addr_loopback
    snprintf sprintf sscanf vsnprintf gmtime_r strftime
    freeaddrinfo getenv sigaddset sigdelset sigemptyset
""".split())

# Calls that no table has, and why.
EXCUSED = {
    "clock_gettime": "with these clocks it cannot fail",
    "time": "it cannot fail",
    "getpid": "it cannot fail",
    "getuid": "it cannot fail",
    "geteuid": "it cannot fail",
    "getegid": "it cannot fail",
    "sysconf": "the size of a page is always known",
    "getrlimit": "for a limit that there is it cannot fail",
    "munmap": "of a whole mapping: it cannot fail",
    "free": "it cannot fail",
    "mallopt": "advice", "malloc_trim": "advice",
    "sigaction": "for signals that there are it cannot fail",
    "signal": "for signals that there are it cannot fail",
    "sigprocmask": "for sets that there are it cannot fail",
    "kill": "of a child that was not waited for: it cannot fail",
    "calloc": "stands under malloc", "realloc": "stands under malloc",
    "strdup": "its malloc() is the library's: malloc_lib",
    "strndup": "its malloc() is the library's: malloc_lib",
    "localtime_r": "without its file it is UTC",
    "fclose": "of a file that was only read",
    "fscanf": "what cannot be read of /proc/self/statm is asked of getrusage()",
    "fprintf": "words on standard error or output for whoever reads them",
    "fputc": "as fprintf", "fputs": "as fprintf", "fwrite": "as fprintf",
    "putchar": "as fprintf", "puts": "as fprintf",
    "getpwnam": "a user who is not found, whyever: tests/interop/test_process",
    "getgrnam": "as getpwnam",
    "setgroups": "in the place of initgroups, with a group and no user",
    "fchown": "of a new log: a warning, and the log is root's",
}
# What only root's gatewayd does.
ROOTS = {"initgroups", "setegid", "seteuid", "setgid", "setuid"}

VERSIONED = re.compile(r"^ *[Uvw] (\w+)@GLIBC", re.MULTILINE)


def taken_from_libc(program):
    """By the names that they have without _FORTIFY_SOURCE and C23."""
    listed = subprocess.run(
        ["nm", "-D", "--undefined-only", PREFIX / program],
        capture_output=True, text=True, check=True).stdout
    return {re.sub(r"^__(isoc\d\d_)?(\w+?)(_chk)?$", r"\2", name)
            if re.match(r"__\w+_chk$|__isoc\d\d_", name) and name not in PURE
            else name for name in VERSIONED.findall(listed)}


def forgotten(program, table):
    """What the table does not have and nobody excused."""
    if os.environ.get("GW_VARIANT", "release") != "release":
        return []  # a sanitizer's runtime asks for much more
    known = {fault.call for fault in table} | PURE | set(EXCUSED)
    if os.geteuid() != 0:
        known |= ROOTS
    return sorted(taken_from_libc(program) - known)


def vain_excuses(programs, tables):
    """Excuses that nobody needs any more."""
    if os.environ.get("GW_VARIANT", "release") != "release":
        return []
    used = set().union(*(taken_from_libc(program) for program in programs))
    return sorted(name for name in EXCUSED
                  if any(fault.call == name for fault in tables)
                  or (name not in used and EXCUSED[name] != "as fprintf"))
