#!/usr/bin/env bash
# Installs the library into a folder of its own and builds examples/c against
# it with CMake and with pkg-config, as a stranger would; then checks what the
# programs say and which symbols the library exports.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
passed=0
failed=0

# check NAME COMMAND... : one test; its output is shown when it fails.
check() {
    local name=$1
    shift
    # In the background, since the shell ignores -e inside a condition.
    (set -e; "$@") >"$work/log" 2>&1 </dev/null &
    if wait $!; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'failed: %s\n' "$name"
        tail -n 40 "$work/log"
    fi
}

install_library() {
    cmake -S "$root" -B "$work/build" -DGW_BUILD_DAEMON=OFF \
        -DGW_BUILD_TESTS=OFF -DCMAKE_INSTALL_LIBDIR=lib \
        -DCMAKE_INSTALL_PREFIX="$prefix"
    cmake --build "$work/build" --target gwclient gwclient_static -j 2
    cmake --install "$work/build/libgwclient"
}

# The same files, through DESTDIR as packagers do.
install_staged() {
    DESTDIR=$work/stage cmake --install "$work/build/libgwclient"
    diff <(cd "$prefix" && find . | sort) \
        <(cd "$work/stage$prefix" && find . | sort)
}

build_with_cmake() {
    cmake -S "$root/examples/c" -B "$work/cmake" \
        -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS="-Wall -Wextra -Werror"
    cmake --build "$work/cmake"
}

build_with_pkg_config() {
    cp -R "$root/examples/c" "$work/make"
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    make -C "$work/make" CFLAGS="-Wall -Wextra -Werror"
    [ "$(pkg-config --modversion gwclient)" = "$(version)" ]
}

version() {
    sed -n 's/^#define GW_VERSION "\(.*\)"/\1/p' \
        "$root/libgwclient/include/gwclient/version.h"
}

# A port on which nobody listens: bound and given back.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# says PROGRAM ARGUMENT... : it runs, finds no Register and says where.
says() {
    local program=$1 port output status=0
    shift
    port=$(free_port)
    output=$(LD_LIBRARY_PATH=$prefix/lib timeout 20 \
        "$program" -r "127.0.0.1:$port" "$@" 2>&1) || status=$?
    printf '%s\n' "$output"
    [ "$status" = 1 ] &&
        [[ $output == *"Can not connect to tcp://127.0.0.1:$port Connection refused"* ]]
}

# Every function and variable that the public headers declare, and no other.
exports_the_headers() {
    nm -D --defined-only "$prefix/lib/libgwclient.so" | sed 's/.* //' |
        sort >"$work/exported"
    printf '#include <gwclient/gwclient.h>\n' |
        cc -E -P -x c -I "$prefix/include" - | declared_names >"$work/declared"
    grep -qx gw_flush "$work/declared"
    diff "$work/declared" "$work/exported"
}

# From preprocessed C: names at file level, bodies and static ones left out.
declared_names() {
    python3 -c '
import re, sys
text, depth, flat = sys.stdin.read(), 0, ""
for c in text:
    depth += c == "{"
    if depth == 0:
        flat += c
    if c == "}":
        depth -= 1
        flat += ";" if depth == 0 else ""
names = set()
for part in flat.split(";"):
    part = part.strip()
    if part.startswith(("static", "typedef")):
        continue
    found = re.search(r"\b(gw_\w+)\s*\(", part) or \
        re.match(r"extern .*\b(gw_\w+)$", part)
    if found:
        names.add(found[1])
print("\n".join(sorted(names)))'
}

has_a_soname() {
    objdump -p "$prefix/lib/libgwclient.so" |
        grep -q "SONAME *libgwclient.so.$(version | cut -d. -f1)\$"
}

# The headers alone, in both languages and as old as C99.
headers_stand_alone() {
    local header
    for header in "$prefix"/include/gwclient/*.h; do
        printf '#include <gwclient/%s>\ntypedef int not_empty;\n' \
            "$(basename "$header")" >"$work/h.c"
        cc -std=c99 -pedantic -Wall -Wextra -Werror -fsyntax-only \
            -I "$prefix/include" "$work/h.c"
        if command -v c++ >/dev/null; then
            c++ -x c++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only \
                -I "$prefix/include" "$work/h.c"
        fi
    done
}

check 'install' install_library
check 'install through DESTDIR' install_staged
check 'headers stand alone' headers_stand_alone
check 'build with CMake' build_with_cmake
check 'build with pkg-config' build_with_pkg_config
check 'push, CMake' says "$work/cmake/push" uid u1 hello
check 'push, CMake, static' says "$work/cmake/push-static" all hello
check 'whois, CMake' says "$work/cmake/whois"
check 'push, pkg-config' says "$work/make/push" group g1 hello
check 'whois, pkg-config' says "$work/make/whois" g1
check 'exported symbols' exports_the_headers
check 'SONAME' has_a_soname
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
