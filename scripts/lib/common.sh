# Shared by the scripts: where things are, packages, quiet commands.
# Source it; it sets ROOT, OUT and CACHE and turns on strict mode.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
OUT=$ROOT/out
# What is expensive to make or to get, for all checkouts; tests in Python ask
# tests/interop/harness/cache.py.
CACHE=${GW_CACHE:-${XDG_CACHE_HOME:-${HOME-}/.cache}/gatewayclient-tests}

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Where finished artefacts of a build variant live. "release" is what users
# get, so it has the short path.
prefix_of() {
    if [ "$1" = release ]; then
        printf '%s' "$OUT"
    else
        printf '%s' "$OUT/$1"
    fi
}

# The tree in which a variant's extension is built and tested.
ext_tree_of() {
    if [ "$1" = release ]; then
        printf '%s' "$OUT/build/ext"
    else
        printf '%s' "$OUT/build/ext-$1"
    fi
}

# quiet LOG COMMAND... : silent when it works, the end of the log when not.
quiet() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 60 "$log" >&2
        printf '%s: failed: %s\n(whole log: %s)\n' \
            "$(basename "$0")" "$*" "$log" >&2
        return 1
    fi
}

# True when a package, or the command that stands for it, is there.
# An item is PACKAGE or COMMAND=PACKAGE; the command may come from elsewhere.
have() {
    case $1 in
    *=*) PATH=$PATH:/usr/sbin command -v "${1%%=*}" >/dev/null ;;
    *) [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" \
        = installed ] ;;
    esac
}

# apt_update, as root: the lists of packages, if they are older than an hour.
apt_update() {
    mkdir -p "$OUT"
    [ -z "$(find "$OUT/.apt-updated" -mmin -60 2>/dev/null)" ] || return 0
    quiet "$OUT/log/apt-update.log" apt-get update || return
    touch "$OUT/.apt-updated"
}

# need_packages ITEM... : installs what is missing (Debian and kin, as root).
# Elsewhere nothing is checked: the build says what it does not find.
need_packages() {
    local item missing=()
    command -v dpkg-query >/dev/null || return 0
    for item in "$@"; do
        have "$item" || missing+=("${item#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        die "these packages are missing; as root: apt-get install ${missing[*]}"
    fi
    say "installing ${missing[*]}"
    (
        export DEBIAN_FRONTEND=noninteractive
        mkdir -p "$OUT"
        exec 9>"$OUT/.apt.lock"
        flock 9
        apt_update
        quiet "$OUT/log/apt-install.log" \
            apt-get -o DPkg::Lock::Timeout=300 install -y \
            --no-install-recommends "${missing[@]}"
    )
}

# What the extension needs, and all of scripts/build. php-dev brings phpize and
# the headers.
EXT_BUILD_PACKAGES=(cc=gcc make=make libc6-dev php=php-cli phpize=php-dev
    flock=util-linux)
BUILD_PACKAGES=("${EXT_BUILD_PACKAGES[@]}" cmake=cmake ninja=ninja-build
    pkg-config=pkg-config libevent-dev libssl-dev libinih-dev libcmocka-dev)

# use_compiler_cache : from here on CMake compiles by way of ccache, where it is
# installed; LAUNCHER is the word that does it elsewhere, or empty. What one
# checkout has compiled another one finds, wherever it lies. GW_CCACHE=0: not.
use_compiler_cache() {
    LAUNCHER=''
    if [ "${GW_CCACHE:-1}" = 0 ] || ! command -v ccache >/dev/null ||
        ! mkdir -p "$CACHE/ccache" 2>/dev/null; then
        return 0
    fi
    LAUNCHER=ccache
    export CCACHE_DIR=$CACHE/ccache CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1
    export CMAKE_C_COMPILER_LAUNCHER=$LAUNCHER
}

# clang; the runtimes of its sanitizers and of libFuzzer come by its version.
need_clang() {
    need_packages clang=clang
    need_packages "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
}
