"""docs/c-api.md."""

import os

from c_programs import program
from claims import claims
from place import folder, gatewayd, installed, machines, run, run_shell

PAGE = "docs/c-api.md"
PROJECT = """\
cmake_minimum_required(VERSION 3.18)
project(hello LANGUAGES C)
add_executable(hello hello.c)
"""
# What the client of the block finds at its Registers.
PRELUDE = """\
#include <gwclient/gwclient.h>
static int print(void *arg, gw_slice address)
{
    (void)arg;
    printf("%.*s\\n", (int)address.len, (const char *)address.base);
    return 0;
}
"""
FINDS = "if (gw_gateways(client, print, NULL) != GW_OK) return 1;"


@claims(PAGE, "c options", "sh hello")
def a_client_with_options(source, shell):
    """The second of its Registers is not there."""
    with machines(1) as [host], folder() as home, gatewayd(
            host, "gatewayd --lan-ip 10.0.0.1 --register-listen 10.0.0.1:1236 "
            "--register-address 10.0.0.1:1236", home, "10.0.0.1:1236"):
        (home / "hello.c").write_text(
            "#include <stdio.h>\n" + PRELUDE + program(source.text, "", FINDS))
        env = installed()
        run_shell(shell.text, home, env)
        said = run([*host.prefix, home / "a.out"], env={**os.environ, **env})
        if said.strip() != "10.0.0.1:2900":
            raise AssertionError(f"it found {said}")


@claims(PAGE, "cmake")
def both_targets(block):
    """Each with the one or the other library."""
    find, *links = [line for line in block.text.splitlines() if line]
    if len(links) != 2:
        raise AssertionError(f"not two ways to link: {links}")
    for number, link in enumerate(links):
        with folder() as home:
            (home / "hello.c").write_text(program(
                "#include <gwclient/gwclient.h>",
                after="gw_client *c; if (gw_client_new(&c, NULL) != GW_OK) "
                      "return 1; gw_client_free(c);"))
            (home / "CMakeLists.txt").write_text(f"{PROJECT}{find}\n{link}\n")
            env = {**os.environ, **installed()}
            run(["cmake", "-S", home, "-B", home / "build"], env=env)
            run(["cmake", "--build", home / "build"], env=env)
            if number == 1:
                env.pop("LD_LIBRARY_PATH")  # static: needs none
            run([home / "build/hello"], env=env)
