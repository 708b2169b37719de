# Test stages: running one, counting what it reports, and the closing lines.
#
# A stage is a command. It may end with a line `N passed, N failed[, N skipped]`
# and name each skipped test in a line `skipped: NAME (why)`; without such a
# line it counts as one test that passed or failed by its exit status.

PASSED=0
FAILED=0
SKIPPED=0
SKIPPED_NAMES=()
FAILED_STAGES=()

# field LINE WORD : the number before WORD in a closing line, or 0.
field() {
    local found
    found=$(sed -nE "s/.*(^|[^0-9])([0-9]+) $2.*/\2/p" <<<"$1")
    printf '%s' "${found:-0}"
}

# run_stage NAME COMMAND... : runs it with its output in a log, prints one line
# and, if it failed, the log. Returns 0 either way: the closing line judges.
run_stage() {
    local name=$1 log=$OUT/log/test/${1// /-}.log start=$SECONDS
    local status line passed failed skipped
    shift
    mkdir -p "$(dirname "$log")"
    # Not `"$@" || status=$?`: there bash forgets `set -e` inside the stage.
    set +e
    (set -e && "$@") >"$log" 2>&1 </dev/null
    status=$?
    set -e
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
    if [ -n "$line" ]; then
        passed=$(field "$line" passed)
        failed=$(field "$line" failed)
        skipped=$(field "$line" skipped)
        [ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
    else
        passed=$((status == 0))
        failed=$((status != 0))
        skipped=0
    fi
    while IFS= read -r line; do
        SKIPPED_NAMES+=("$name: ${line#skipped: }")
    done < <(grep '^skipped: ' "$log" || true)
    PASSED=$((PASSED + passed))
    FAILED=$((FAILED + failed))
    SKIPPED=$((SKIPPED + skipped))
    if [ "$failed" != 0 ]; then
        FAILED_STAGES+=("$name")
        tail -n 200 "$log"
    fi
    line="$passed passed, $failed failed"
    [ "$skipped" = 0 ] || line+=", $skipped skipped"
    say "$(printf '%-22s %s (%d s)' "$name" "$line" $((SECONDS - start)))"
}

# yield_processors : from now on this process and its children run only when
# nobody else wants to. The second line is for kernels that share processors
# among sessions first, and may be refused.
yield_processors() {
    chrt --idle --pid 0 $$ || true
    (echo 19 >"/proc/$$/autogroup") 2>/dev/null || true
}

# start_beside COMMAND... : runs stages beside those of this script, in a
# session of their own, which ends with this script at the latest.
start_beside() {
    BESIDE_LOG=$OUT/log/test/beside.log
    mkdir -p "$(dirname "$BESIDE_LOG")"
    setsid "$@" >"$BESIDE_LOG" 2>&1 </dev/null &
    BESIDE_PID=$!
    trap 'kill -- "-$BESIDE_PID" 2>/dev/null || true' EXIT
}

# join_beside : waits for them, prints what they print and adds their sums.
join_beside() {
    local status=0 start=$SECONDS line failed
    wait "$BESIDE_PID" || status=$?
    trap - EXIT
    say "beside (waited $((SECONDS - start)) s for the last):"
    sed '/^total time /,$d' "$BESIDE_LOG"
    line=$(tail -n 1 "$BESIDE_LOG")
    failed=$(field "$line" failed)
    [ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
    PASSED=$((PASSED + $(field "$line" passed)))
    FAILED=$((FAILED + failed))
    SKIPPED=$((SKIPPED + $(field "$line" skipped)))
}

# what_failed LOG : the tests that failed and what they say, in few lines, for
# whoever sees only the end of the output.
what_failed() {
    local words='^FAIL |^[A-Za-z_.\\]*(Error|Exception): |\[  FAILED  \]'
    words+='|^==[0-9]+== *[A-Z]|: error: |^failed'
    grep -aE "$words" "$1" | cut -c 1-300 | head -n 12 | sed 's/^/    /' || true
}

# The closing lines; returns 1 when something failed or nothing ran.
close_stages() {
    local name log line="$PASSED passed, $FAILED failed"
    for name in "${SKIPPED_NAMES[@]}"; do
        say "skipped: $name"
    done
    for name in "${FAILED_STAGES[@]}"; do
        log=out/log/test/${name// /-}.log
        say "failed: $name (log: $log)"
        what_failed "$ROOT/$log"
    done
    [ "$SKIPPED" = 0 ] || line+=", $SKIPPED skipped"
    say "total time $SECONDS s"
    say "$line"
    [ "$FAILED" = 0 ] && [ "$PASSED" != 0 ]
}

# The stages themselves. GW_VARIANT names the build that they test.

tally() {
    python3 "$ROOT/scripts/lib/tally.py" "$@"
}

stage_structure() {
    need_packages m4=m4 node=nodejs msgfmt=gettext clang=clang
    php "$ROOT/scripts/gen-package-xml" --check
    python3 "$ROOT/scripts/gen-options" --check
    python3 "$ROOT/scripts/gen-reference" --check
    python3 "$ROOT/scripts/gen-figures" --check
    python3 "$ROOT/tests/structure/check.py"
}

# Where numbers have a decimal comma, and where the capital of i is not I: code
# must not depend on the locale.
make_locales() {
    local folder=$OUT/locale name
    mkdir -p "$folder"
    for name in de_DE tr_TR; do
        [ -d "$folder/$name.UTF-8" ] ||
            localedef -i "$name" -f UTF-8 "$folder/$name.UTF-8"
    done
    export LOCPATH=$folder
}

stage_units() {
    local raw=$OUT/log/test/ctest-${GW_VARIANT:-release}.raw status=0
    mkdir -p "$(dirname "$raw")"
    make_locales
    ctest --test-dir "$OUT/build/${GW_VARIANT:-release}" --verbose \
        --no-tests=error --timeout 120 -j "$(nproc)" >"$raw" 2>&1 || status=$?
    tally ctest "$raw" "$status"
}

# run-tests writes beside the .phpt files, so it works on the build's copy.
stage_phpt() {
    local variant=${GW_VARIANT:-release} php=${PHP:-$(command -v php)} status=0
    local tree raw=$OUT/log/test/phpt-$variant.raw
    tree=$(ext_tree_of "$variant")
    mkdir -p "$(dirname "$raw")"
    (
        cd "$tree"
        export GATEWAYCLIENT_TEST=1 NO_INTERACTION=1 NO_COLOR=1
        export TEST_PHP_EXECUTABLE=$php
        "$php" run-tests.php -q --show-diff --set-timeout 60 \
            -d extension="$(prefix_of "$variant")/ext/gatewayclient.so" "$@" \
            php-tests
    ) >"$raw" 2>&1 </dev/null || status=$?
    tally phpt "$raw" "$status"
}

interop() {
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        python3 "$ROOT/tests/interop/run.py" "$@"
}

# Prometheus's own checker. Its package would start a server: only taken apart.
need_promtool() {
    local folder=$CACHE/promtool
    command -v promtool >/dev/null && return
    if [ ! -x "$folder/usr/bin/promtool" ]; then
        mkdir -p "$folder" "$OUT"
        (
            cd "$folder"
            exec 9>lock 8>"$OUT/.apt.lock"
            flock 9
            [ ! -x usr/bin/promtool ] || exit 0
            flock 8
            [ "$(id -u)" != 0 ] || apt_update
            # In here -e has no effect.
            apt-get download prometheus && dpkg-deb -x prometheus_*.deb . ||
                exit 1
            rm -f prometheus_*.deb usr/bin/prometheus
        ) || say 'promtool cannot be had'
    fi
    export PATH=$PATH:$folder/usr/bin
}

stage_vectors() {
    interop --only gatewayd test_vectors
}

stage_interop() {
    need_promtool
    interop --only gatewayd --without test_vectors
}

stage_rfc6455() {
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        python3 "$ROOT/tests/interop/rfc6455/run.py" --check "$@"
}

# Apache with PHP's module; apache2-bin alone starts no service.
need_apache() {
    need_packages apache2=apache2-bin "libapache2-mod-php$(php_version)"
}

# The servers that host PHP. The worker among the hosts of tests/life/run has
# its short form in interop.
stage_life() {
    local package
    need_apache
    for package in "php$(php_version)-swoole" php-swoole php-openswoole; do
        [ -z "$(apt-cache madison "$package" 2>/dev/null)" ] || {
            need_packages "$package"
            break
        }
    done
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        "$ROOT/tests/life/run" --calls 5000 --host fpm --host apache \
        --host cli-server --host cli-server-workers --host workerman \
        --host webman --host octane --host swoole "$@"
}

# README, docs/hosting.md and their kind: every code block, see the head of
# tests/docs/run.
stage_docs() {
    need_apache
    need_packages nginx=nginx node=nodejs openssl=openssl ufw=ufw \
        curl=curl haproxy=haproxy python3-yaml ssh=openssh-client \
        systemd-analyze=systemd
    need_promtool
    # What needs them is skipped where registries cannot be reached.
    "$ROOT/tests/docs/npm/prepare" || true
    php "$ROOT/tests/reference/find.php" --install || true
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") "$ROOT/tests/docs/run"
}

stage_site() {
    "$ROOT/tests/site/run"
}

stage_faults() {
    python3 "$ROOT/tests/faults/test_lateness.py" || return
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        python3 "$ROOT/tests/faults/run" --check "$@"
}

# The seed is printed: `tests/chaos/run --seed` repeats what befell each part.
stage_chaos() {
    python3 "$ROOT/tests/chaos/test_check.py"
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        python3 "$ROOT/tests/chaos/run" --seconds 12 --seed 5 --clients 300 \
        --pace 2.5 "$@"
}

stage_hostile() {
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        "$ROOT/tests/hostile/run" "$@"
}

conformance() {
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        "$ROOT/tests/conformance/run" "$@"
}

stage_conformance() {
    conformance --recorded
}

# A third of them are other ones for each commit; the log tells their seeds.
stage_conformance_reference() {
    php "$ROOT/tests/reference/find.php" --install || true
    conformance --count 200 --new 100 "$@"
}

# Arguments as of tests/injection/run; without any, the short form.
stage_injection() {
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        "$ROOT/tests/injection/run" "$@"
}

stage_reference() {
    php "$ROOT/tests/reference/find.php" --install || true
    interop --only gatewayworker
}

stage_installed() {
    need_packages g++=g++
    "$ROOT/tests/interop/installed_library.sh"
}

stage_foreign() {
    need_packages python3-websockets
    "$ROOT/tests/browser/run" --prepare
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        python3 "$ROOT/tests/foreign/run.py" "$OUT/node/node_modules" \
        "$("$ROOT/tests/browser/run" --chromium)" /usr/bin/python3
}

stage_browser() {
    "$ROOT/scripts/demo" --check
}

stage_dashboard() {
    "$ROOT/tests/browser/dashboard" "$@"
}

stage_browser_tls() {
    "$ROOT/scripts/demo" --check --tls
}

stage_browser_reference() {
    local why
    if ! why=$(php "$ROOT/tests/reference/find.php" 2>&1 >/dev/null); then
        say "skipped: the demo on the PHP GatewayWorker ($why)"
        say '0 passed, 0 failed, 1 skipped'
        return
    fi
    "$ROOT/scripts/demo" --check --gatewayworker
}

php_version() {
    php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'
}

# Real applications; each is named when it cannot be had.
stage_hosts() {
    local version
    version=$(php_version)
    need_packages nginx=nginx composer=composer unzip=unzip \
        "php$version-mbstring" "php$version-xml" "php$version-sqlite3"
    (need_packages php-laravel-framework) || say 'there is no Laravel 8'
    GW_PREFIX=$(prefix_of "${GW_VARIANT:-release}") \
        "$ROOT/tests/hosts/run" "$@"
}

ALL_STAGES=(structure units phpt vectors interop rfc6455 conformance faults
    injection hostile reference conformance_reference chaos installed foreign
    browser browser_tls browser_reference dashboard hosts life docs site)

# Besides what the build needs. Composer is wanted only to fetch the reference.
prepare_tests() {
    local version
    need_packages "${BUILD_PACKAGES[@]}" python3=python3 strace=strace \
        ip=iproute2 nft=nftables valgrind=valgrind ccache=ccache \
        locales zsh=zsh fish=fish
    version=$(php_version)
    need_packages "php-fpm$version=php$version-fpm"
    if ! php "$ROOT/tests/reference/find.php" >/dev/null 2>&1; then
        (need_packages composer=composer) ||
            say "without Composer the PHP reference cannot be installed"
    fi
}
