# Other Debian releases than this machine's, as chroots, for what must hold
# there too. Source it after common.sh.
#
# They are kept in CACHE under names that their suite and packages make, so
# another list is another chroot. One is whole or not there.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# A new number when a chroot is made in another way.
CHROOT_RECIPE=1
# What a chroot has in its root, for programs that want to know where they are.
CHROOT_MARK=.gatewayclient-chroot

# debian_targets FORMAT : that of each index of Debian packages which this
# machine's apt is set up for; see apt-get(8), indextargets.
debian_targets() {
    apt-get indextargets --format "$1" 'Identifier: Packages' \
        'Origin: Debian' | LC_ALL=C sort -u
}

# In an image as it comes apt has no lists yet. They have a lock of their own, for
# which apt does not wait.
need_debian_targets() {
    (
        mkdir -p "$OUT"
        exec 9>"$OUT/.apt.lock"
        flock 9
        [ -z "$(debian_targets '$(REPO_URI)')" ] || exit 0
        rm -f "$OUT/.apt-updated" # whenever that was: they are gone
        apt_update
    )
}

# site_of SUITE : where Debian's SUITE is to be had, from the sites that apt
# uses already. Fails when none of them has it.
site_of() {
    local site file status=1
    file=$(mktemp)
    for site in $(debian_targets '$(REPO_URI)'); do
        if /usr/lib/apt/apt-helper download-file \
            "${site%/}/dists/$1/InRelease" "$file" >&2; then
            printf '%s' "${site%/}"
            status=0
            break
        fi
    done
    rm -f "$file"
    return $status
}

# once_an_hour FILE COMMAND... : does not try again what has just failed.
once_an_hour() {
    local failed=$1
    shift
    if [ -n "$(find "$failed" -mmin -60 2>/dev/null)" ]; then
        printf 'it failed within the last hour; remove %s to try again\n' \
            "$failed" >&2
        return 1
    fi
    rm -f "$failed"
    "$@" && return
    touch "$failed"
    return 1
}

# give_up LOG WHY : the end of the log, and the reason in one line.
give_up() {
    tail -n 5 "$1" >&2
    die "$2"
}

# build_chroot SUITE PACKAGES DIR : PACKAGES with commas.
build_chroot() {
    local suite=$1 packages=$2 dir=$3 new=$3.new site
    rm -rf --one-file-system "$new"
    need_debian_targets || return
    if ! site=$(site_of "$suite"); then
        printf 'no site that apt is set up for has Debian %s\n' "$suite" >&2
        return 1
    fi
    mmdebstrap --mode=root --variant=essential --include="$packages" \
        --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        "$suite" "$new" "deb [signed-by=$KEYRING] $site $suite main" || return
    # with-chroot puts the machine's own over these two.
    touch "$new/etc/hosts" "$new/etc/resolv.conf" "$new/$CHROOT_MARK" || return
    mv "$new" "$dir"
}

# chroot_for SUITE PACKAGE... : prints the folder of a chroot with these
# packages, which it makes when there is none.
chroot_for() {
    local suite=$1 packages key dir log start=$SECONDS
    shift
    packages=$(printf '%s\n' "$@" | LC_ALL=C sort | paste -sd,)
    key=$(sha256sum <<<"$CHROOT_RECIPE $suite $packages" | cut -c 1-12)
    dir=$CACHE/chroots/$suite-$key
    log=$OUT/log/chroot-$suite.log
    if [ ! -d "$dir" ]; then
        need_packages mmdebstrap=mmdebstrap debian-archive-keyring \
            unshare=util-linux >&2 || exit
        mkdir -p "$CACHE/chroots" "$(dirname "$log")"
        exec 7>"$dir.lock"
        flock 7
        # Perhaps the one that waited for the lock finds it made.
        [ -d "$dir" ] || once_an_hour "$dir.failed" \
            build_chroot "$suite" "$packages" "$dir" >"$log" 2>&1 </dev/null ||
            give_up "$log" "a chroot of Debian $suite could not be made"
        exec 7>&-
        say "made a chroot of $suite ($((SECONDS - start)) s)" >&2
    fi
    printf '%s' "$dir"
}
