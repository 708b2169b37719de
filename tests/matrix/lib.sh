# The extension on every PHP that it supports. Source it after common.sh and
# stages.sh; the build of gatewayd must be there.

source "$ROOT/scripts/lib/chroots.sh"

ALL_PHPS=(7.4 8.2 8.4 zts)
# The Debian release that a PHP belongs to.
declare -A SUITE_OF=([7.4]=bullseye [8.2]=bookworm [8.4]=trixie)
declare -A DEBIAN_OF=([7.4]='Debian 11' [8.2]='Debian 12' [8.4]='Debian 13'
    [zts]="Debian's source package, built thread-safe")

# What the tests use and no more.
ZTS_CONFIGURE=(--disable-all --enable-zts --enable-cli --disable-cgi
    --disable-phpdbg --enable-fpm --enable-embed=shared --enable-ctype
    --enable-opcache --enable-pcntl --enable-posix --enable-session
    --enable-sockets --enable-tokenizer)
ZTS_PACKAGES=(cc=gcc make=make libc6-dev autoconf=autoconf bison=bison re2c=re2c
    pkg-config=pkg-config dpkg-source=dpkg-dev debian-archive-keyring)

# Interop tests in which PHP takes part: what a short run has of them.
PHP_TESTS=(test_api test_failures test_package test_php_children test_php_life
    test_php_processes.Forked test_php_processes.Keys test_pool
    test_register_restart test_secrets.Extension test_sessions)

MATRIX=$OUT/matrix
MATRIX_RESULTS=$MATRIX/results.tsv

# ---- which PHP ---------------------------------------------------------------

# number_of PHP : such as 8.2
number_of() {
    "$1" -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'
}

# zts_prefix : prints that of a thread-safe PHP as new as Debian's php here,
# which it builds when there is none.
zts_prefix() {
    local number version key prefix log=$OUT/log/zts.log start=$SECONDS
    number=$(number_of php)
    version=$(dpkg-query -W -f='${source:Version}' "php$number-cli") ||
        die "php here is not Debian's"
    key=$(sha256sum <<<"$version ${ZTS_CONFIGURE[*]}" | cut -c 1-12)
    prefix=$CACHE/zts/$number-$key
    if [ ! -d "$prefix" ]; then
        need_packages "${ZTS_PACKAGES[@]}" >&2 || exit
        mkdir -p "$CACHE/zts" "$(dirname "$log")"
        exec 7>"$prefix.lock"
        flock 7
        [ -d "$prefix" ] || once_an_hour "$prefix.failed" \
            "$ROOT/tests/matrix/build-zts" "php$number" "$version" "$prefix" \
            "${ZTS_CONFIGURE[@]}" >"$log" 2>&1 </dev/null ||
            give_up "$log" "a thread-safe PHP could not be built"
        exec 7>&-
        say "built a thread-safe PHP ($((SECONDS - start)) s)" >&2
    fi
    printf '%s' "$prefix"
}

# wrap DIR PROGRAM FILE : FILE runs a chroot's PROGRAM as if it were here, under
# the pid that it was started with, and does so in the chroot as well.
wrap() {
    mkdir -p "$(dirname "$3")"
    cat >"$3.new" <<WRAPPER
#!/bin/sh
[ ! -e /$CHROOT_MARK ] || exec $2 "\$@"
exec chroot '$1' /bin/sh -c 'cd "\$0" && exec $2 "\$@"' "\$PWD" "\$@"
WRAPPER
    chmod +x "$3.new"
    mv "$3.new" "$3"
}

# Each sets VIEW and BUILD, the words before a command that runs or builds for
# that PHP, and exports the rest. In a chroot's case it is both entered and
# looked into: gatewayd and the tests run here.
use_chroot() {
    local version=$1 dir
    dir=$(chroot_for "${SUITE_OF[$version]}" "php$version-cli" \
        "php$version-dev" "php$version-fpm" gcc libc6-dev make) || return
    wrap "$dir" "/usr/bin/php$version" "$MATRIX/$version/php"
    wrap "$dir" "/usr/sbin/php-fpm$version" "$MATRIX/$version/php-fpm"
    VIEW=("$ROOT/scripts/lib/with-chroot" "$dir")
    BUILD=("${VIEW[@]}" chroot "$dir")
    export PHP=$MATRIX/$version/php GW_PHP_FPM=$MATRIX/$version/php-fpm
}

use_zts() {
    local prefix
    prefix=$(zts_prefix) || return
    VIEW=(env)
    BUILD=(env PHPIZE="$prefix/bin/phpize" PHP_CONFIG="$prefix/bin/php-config")
    ZTS_PREFIX=$prefix
    export PHP=$prefix/bin/php GW_PHP_FPM=$prefix/sbin/php-fpm
}

use_php() {
    if [ "$1" = zts ]; then
        use_zts
    elif [ "$(number_of php)" = "$1" ]; then
        VIEW=(env)
        BUILD=(env)
        PHP=$(command -v php)
        export PHP
    else
        use_chroot "$1"
    fi
}

# ---- its stages --------------------------------------------------------------

# in_view FUNCTION ARGUMENT... : one of stages.sh, where that PHP is.
in_view() {
    "${VIEW[@]}" bash -c 'source "$0/scripts/lib/common.sh"
        source "$ROOT/scripts/lib/stages.sh"
        "$@"' "$ROOT" "$@"
}

build_for() {
    GW_PARTS=ext GW_WERROR=1 "${BUILD[@]}" "$ROOT/scripts/build"
}

# build_ahead VERSION : a stage that leaves the next build_for little to do. What
# cannot be had is named by matrix_version.
build_ahead() {
    local PHP GW_PHP_FPM VIEW BUILD ZTS_PREFIX
    if ! use_php "$1"; then
        say '0 passed, 0 failed'
        return
    fi
    GW_VARIANT=matrix-$1 build_for
}

# gatewayd is the one that everybody gets; the extension is that PHP's.
interop_for() {
    GW_VARIANT=release in_view interop "$@"
}

interop_of() {
    if [ "$1" = all ]; then
        interop_for --without test_vectors
    else
        interop_for --only gatewayd "${PHP_TESTS[@]}"
    fi
}

threads_for() {
    "$ROOT/tests/matrix/threads" "$ZTS_PREFIX"
}

not_there() {
    say "skipped: everything on PHP $1 ($2)"
    say '0 passed, 0 failed, 1 skipped'
}

# matrix_stage VERSION SUITE COMMAND... : run_stage, and a line of the table.
matrix_stage() {
    local version=$1 suite=$2 name
    local passed=$PASSED failed=$FAILED skipped=$SKIPPED
    local names=${#SKIPPED_NAMES[@]}
    shift 2
    run_stage "php $version $suite" "$@"
    printf 'cell\t%s\t%s\t%d\t%d\t%d\n' "$version" "$suite" \
        $((PASSED - passed)) $((FAILED - failed)) $((SKIPPED - skipped)) \
        >>"$MATRIX_RESULTS"
    for name in "${SKIPPED_NAMES[@]:names}"; do
        printf 'skip\t%s\t%s\t%s\n' "$version" "$suite" \
            "${name#"php $version $suite: "}" >>"$MATRIX_RESULTS"
    done
}

# matrix_version VERSION short|all : its stages, counted by run_stage.
matrix_version() {
    local version=$1 why=$OUT/log/matrix-$1.log failed=$FAILED
    local PHP GW_PHP_FPM GW_EXTENSION GW_VARIANT VIEW BUILD ZTS_PREFIX
    mkdir -p "$MATRIX" "$(dirname "$why")"
    if ! use_php "$version" 2>"$why"; then
        cat "$why"
        matrix_stage "$version" all not_there "$version" \
            "$(tail -n 1 "$why" | sed 's/^[^:]*: //')"
        return
    fi
    cat "$why"
    export GW_VARIANT=matrix-$version
    GW_EXTENSION=$(prefix_of "$GW_VARIANT")/ext/gatewayclient.so
    export GW_EXTENSION
    printf 'php\t%s\t%s\t%s\n' "$version" \
        "$("${VIEW[@]}" "$PHP" -r 'echo PHP_VERSION;')" \
        "${DEBIAN_OF[$version]}" >>"$MATRIX_RESULTS"
    matrix_stage "$version" build build_for
    [ "$FAILED" = "$failed" ] || return 0
    matrix_stage "$version" phpt in_view stage_phpt "-j$(nproc)"
    matrix_stage "$version" vectors interop_for --only gatewayd test_vectors
    matrix_stage "$version" interop interop_of "$2"
    if [ "$version" = zts ]; then
        matrix_stage "$version" threads threads_for
    fi
}
