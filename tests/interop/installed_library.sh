#!/usr/bin/env bash
# Installs the library into a folder of its own and builds examples/c against
# it with CMake and with pkg-config, as a stranger would, and a C++ program; then
# checks what the programs say and which symbols the library exports. The headers
# and the portable sources are read by each compiler that there is, in the
# languages that they are for.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
passed=0
failed=0
skipped=0

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

# check_with COMPILER NAME COMMAND... : the same, with the compiler as the last
# argument; skipped without it.
check_with() {
    local compiler=$1 name="$2, $1"
    shift 2
    if command -v "$compiler" >/dev/null; then
        check "$name" "$@" "$compiler"
    else
        skipped=$((skipped + 1))
        printf 'skipped: %s (no %s here)\n' "$name" "$compiler"
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

# Some distributions say where each folder is, and not only the prefix.
finds_given_folders() {
    cmake -S "$root" -B "$work/given" -DGW_BUILD_DAEMON=OFF -DGW_BUILD_GWCTL=OFF \
        -DGW_BUILD_TESTS=OFF -DGW_BUILD_BENCH=OFF -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DCMAKE_INSTALL_LIBDIR=/given/lib -DCMAKE_INSTALL_INCLUDEDIR=/given/include
    export PKG_CONFIG_PATH=$work/given/libgwclient
    [ "$(pkg-config --variable=libdir gwclient)" = /given/lib ]
    [ "$(pkg-config --variable=includedir gwclient)" = /given/include ]
}

# Library and gwctl for another machine: a loader that is not here stands for its
# processor.
builds_for_another_machine() {
    cmake -S "$root" -B "$work/cross" -DCMAKE_SYSTEM_NAME=Linux \
        -DCMAKE_EXE_LINKER_FLAGS=-Wl,--dynamic-linker=/not/here \
        -DCMAKE_BUILD_TYPE=Debug -DGW_BUILD_DAEMON=OFF -DGW_BUILD_TESTS=OFF \
        -DGW_BUILD_BENCH=OFF -DCMAKE_INSTALL_PREFIX="$work/other"
    cmake --build "$work/cross" -j 2
    ! "$work/cross/bin/gwctl" --version
    cmake --install "$work/cross"
    [ -x "$work/other/bin/gwctl" ]
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

# Nobody listens there: the kernel gives no such port, nor does a test take one.
nowhere=127.0.0.1:1

limit=120 # seconds: others may have the processors meanwhile

# says PROGRAM ARGUMENT... : it runs, finds no Register and says where.
says() {
    local program=$1 output status=0
    shift
    output=$(LD_LIBRARY_PATH=$prefix/lib timeout "$limit" \
        "$program" -r "$nowhere" "$@" 2>&1) || status=$?
    printf '%s\n' "$output"
    [ "$status" = 1 ] &&
        [[ $output == *"Can not connect to tcp://$nowhere Connection refused"* ]]
}

# A part of a key would be another key.
refuses_a_long_key() {
    local output status=0
    head -c 5000 /dev/zero | tr '\0' k >"$work/key"
    output=$("$work/cmake/push-static" -r "$nowhere" \
        -k "$work/key" all hello 2>&1) || status=$?
    printf '%s\n' "$output"
    [ "$status" = 2 ] && [[ $output == "cannot read a key from $work/key" ]]
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

# headers_stand_alone LANGUAGE STANDARD... COMPILER : each header, and nothing else.
headers_stand_alone() {
    local language=$1 compiler=${*: -1} standard header
    for standard in "${@:2:$#-2}"; do
        for header in "$prefix"/include/gwclient/*.h; do
            printf '#include <gwclient/%s>\ntypedef int not_empty;\n' \
                "$(basename "$header")" |
                "$compiler" -x "$language" -std="$standard" -pedantic -Wall \
                    -Wextra -Werror -fsyntax-only -I "$prefix/include" -
        done
    done
}

# All but net.c, which is for what ISO C lacks, without the names of POSIX.
sources_are_iso_c() {
    local file library=$root/libgwclient
    for file in "$library"/wire/*.c "$library"/src/*.c; do
        [ "$(basename "$file")" = net.c ] ||
            "$1" -std=c11 -pedantic-errors -Wall -Wextra -Werror \
                -fsyntax-only -I "$library/include" -I "$library/src" \
                -I "$library/wire" "$file"
    done
}

# Linked with the shared library, and with the static one.
links_and_runs() {
    local compiler=$1 kind
    for kind in -lgwclient "$prefix/lib/libgwclient.a"; do
        "$compiler" -std=c++17 -pedantic -Wall -Wextra -Werror \
            -I "$prefix/include" -o "$work/use" "$root/tests/interop/cxx/use.cpp" \
            -L "$prefix/lib" "$kind"
        [ "$(LD_LIBRARY_PATH=$prefix/lib timeout "$limit" "$work/use")" = ok ]
    done
}

check 'install' install_library
check 'install through DESTDIR' install_staged
for compiler in gcc clang; do
    check_with $compiler 'headers in C' headers_stand_alone c c99 c11
    check_with $compiler 'sources are ISO C' sources_are_iso_c
done
for compiler in g++ clang++; do
    check_with $compiler 'headers in C++' headers_stand_alone c++ c++11 c++17
    check_with $compiler 'a program in C++' links_and_runs
done
check 'folders that are given whole' finds_given_folders
check 'build for another machine' builds_for_another_machine
check 'build with CMake' build_with_cmake
check 'build with pkg-config' build_with_pkg_config
check 'push, CMake' says "$work/cmake/push" uid u1 hello
check 'push, CMake, static' says "$work/cmake/push-static" all hello
check 'push, a key that is too long' refuses_a_long_key
check 'whois, CMake' says "$work/cmake/whois"
check 'push, pkg-config' says "$work/make/push" group g1 hello
check 'whois, pkg-config' says "$work/make/whois" g1
check 'exported symbols' exports_the_headers
check 'SONAME' has_a_soname
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
