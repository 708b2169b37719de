"""What makes compiling in the chroots cheap, of which they know nothing.

A compiler cache: ccache with all that it needs, outside of what dpkg installs. A
compiler that is not installed in a chroot is still not there: then the wrapper
fails. And dash for configure and libtool, which would look for bash."""

import re
import shutil
from pathlib import Path

from chroots import call, keep, key_of
from place import CACHE

PLACE = "/opt/ccache"
STORE = "/opt/ccache-store"
NAMES = ("cc", "gcc", "c99")
# pecl and PIE build in folders of random names: paths count from there.
ENV = {"CCACHE_DIR": STORE, "CCACHE_MAXSIZE": "400M",
       "CCACHE_BASEDIR": "/", "CCACHE_NOHASHDIR": "1",
       "CONFIG_SHELL": "/bin/dash"}


def tool():
    """The folder for PLACE, or None where there is no ccache."""
    program = shutil.which("ccache")
    if program is None:
        return None
    libraries = re.findall(r"(/\S+) \(0x", call("ldd", program))
    folder = CACHE / f"ccache-{key_of(call(program, '--version'), *libraries)}"

    def fill(building):
        (building / "lib").mkdir()
        (building / "bin").mkdir()
        shutil.copy2(Path(program).resolve(), building / "ccache")
        for library in libraries:
            shutil.copy2(Path(library).resolve(),
                         building / "lib" / Path(library).name)
        [loader] = [Path(name).name for name in libraries
                    if Path(name).name.startswith("ld-")]
        machine = call("cc", "-dumpmachine").strip()
        for name in (*NAMES, f"{machine}-gcc"):
            wrapper = building / "bin" / name
            wrapper.write_text(
                "#!/bin/sh\n"
                f"[ -x /usr/bin/{name} ] || "
                f"{{ echo '{name}: not found' >&2; exit 127; }}\n"
                f"exec {PLACE}/lib/{loader} --library-path {PLACE}/lib "
                f"{PLACE}/ccache /usr/bin/{name} \"$@\"\n")
            wrapper.chmod(0o755)

    keep(folder, fill)
    (CACHE / "ccache").mkdir(exist_ok=True)
    return folder


def give_to(chroot):
    """What the chroot compiles from now on is cached."""
    folder = tool()
    if folder is not None:
        chroot.bind(folder, PLACE.lstrip("/"))
        chroot.bind(CACHE / "ccache", STORE.lstrip("/"))
        chroot.variables.update(ENV)
        chroot.variables["PATH"] = f"{PLACE}/bin:{chroot.variables['PATH']}"
