"""docs/c-api.md."""

import os

from claims import claims
from harness.process import wait_until
from place import (browser, folder, gatewayd, installed, machines, run,
                   run_php, run_shell, typed, wait_listed, with_files)

PAGE = "docs/c-api.md"
PROJECT = """\
cmake_minimum_required(VERSION 3.18)
project(online LANGUAGES C)
add_executable(online hello.c)
"""
HELLO = """\
#include <gwclient/gwclient.h>
int main(void)
{
    gw_client *c;
    if (gw_client_new(&c, NULL) != GW_OK)
        return 1;
    gw_client_free(c);
    return 0;
}
"""
GATEWAY = "exec gatewayd --lan-ip {} --register-address 10.0.0.1:1236 " \
    "--secret-key-file /etc/gatewayd/cluster.key {}"


def started(host, home, more):
    return typed(host, GATEWAY.format(host.address, more), home)


def bind(host, home, page, key):
    run_php(host.prefix, home, """
        use GatewayClient\\Gateway;
        Gateway::$registerAddress = '10.0.0.1:1236';
        Gateway::$secretKey = $key;
        Gateway::bindUid($id, 'alice');
        Gateway::flush();""", variables={"id": page.client_id, "key": key})


@claims(PAGE, "c hello", "sh listen", "sh hello")
def from_c(source, listen, shell):
    """Compiled as the page says, it greets alice; without gatewayd it fails."""
    start, wait = listen.text.splitlines()
    env = {**os.environ, **installed()}
    quiet = {"GWCTL_CONFIG": "/dev/null"}
    with machines(1) as [host], folder() as home:
        (home / "hello.c").write_text(source.text)
        command = [*host.prefix, "sh", "-ec"]
        with gatewayd(host, start, home), \
                typed(host, wait, home, "is bound", quiet) as alice:
            said = run([*command, shell.text], cwd=home, env=env)
            if said:
                raise AssertionError(f"it said {said}")
            wait_until(lambda: "\nhello\n" in alice.log, lambda: alice.log)
        said = run([*command, "! ./hello"], cwd=home, env=env)
        if "Can not connect" not in said:
            raise AssertionError(f"it said {said}")


@claims(PAGE, "c online", "sh online")
def the_connections_of_a_user(source, shell):
    """The second of its Registers is not there, and later the second gateway
    hangs; without the key nobody answers."""
    build, call = shell.text.splitlines()
    with machines(2) as [one, two], folder() as home:
        (home / "online.c").write_text(source.text)
        env = {**os.environ, **installed()}
        run_shell(build, home, env)

        def said(line, status=0):
            return run([*one.prefix, "bash", "-c",
                        f"cd {home}\n{with_files(line, home)} 2>&1\n"
                        f"test $? = {status}"], env=env)

        with started(one, home, "--register-listen 10.0.0.1:1236"), \
                started(two, home, "--no-register") as second:
            key = (home / "etc/gatewayd/cluster.key").read_text().strip()
            wait_listed(one, "10.0.0.1:1236", 2, key)
            with browser(one) as mine, browser(two) as other:
                bind(one, home, mine, key)
                bind(one, home, other, key)
                ids = sorted([mine.client_id, other.client_id])
                wait_until(lambda: sorted(said(call).split()) == ids,
                           "both connections")
                refused = said("GATEWAY_KEY=wrong ./online alice", 1)
                if "wrong or missing secret key?" not in refused:
                    raise AssertionError(refused)
                second.pause()
                try:
                    partly = said(call, 1).splitlines()
                finally:
                    second.resume()
                if set(partly) != {
                        "10.0.0.2:2900: timed out waiting for "
                        "tcp://10.0.0.2:2900", mine.client_id}:
                    raise AssertionError(partly)


def links(block, shared):
    with folder() as home:
        (home / "hello.c").write_text(HELLO)
        (home / "CMakeLists.txt").write_text(f"{PROJECT}{block.text}\n")
        env = {**os.environ, **installed()}
        run(["cmake", "-S", home, "-B", home / "build"], env=env)
        run(["cmake", "--build", home / "build"], env=env)
        if not shared:
            env.pop("LD_LIBRARY_PATH")  # static: needs none
        run([home / "build/online"], env=env)


@claims(PAGE, "cmake shared")
def with_the_shared_library(block):
    links(block, True)


@claims(PAGE, "cmake static")
def with_the_static_library(block):
    links(block, False)
