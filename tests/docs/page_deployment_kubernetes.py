"""docs/deployment.md: the manifests, held to what Kubernetes knows, and
carried out: each pod is a host with its containers' environment."""

import contextlib
import http.client
import json
import os
import subprocess

from claims import Skip, claims
from deployed import node_modules, names, program
from harness import hosts
from harness.process import PREFIX, ROOT, Process, wait_until
from page_deployment import PAGE
from page_deployment_cluster import block_of
from place import browser, folder, machines, run_php, wait_listed

KEY = "the key of the cluster"
NOBODY = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]


def manifests(*texts):
    try:
        import yaml
    except ImportError:
        raise Skip("python3-yaml is missing") from None
    return [one for text in texts for one in yaml.safe_load_all(text)]


@claims(PAGE, "yaml network-policy")
def manifests_are_what_kubernetes_takes(policy):
    """All of them."""
    found = manifests(policy.text, block_of("yaml register"),
                      block_of("yaml gateways"))
    expect_selected(found)
    done = subprocess.run(
        [program("node"), ROOT / "tests/docs/npm/manifests.js"],
        input=json.dumps(found), capture_output=True, text=True, timeout=60,
        env={**os.environ, **node_modules()}, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)


def expect_selected(found):
    """Services and the policy choose pods that there are, by ports that they
    have."""
    pods = {one["metadata"]["name"]: one["spec"]["template"] for one in found
            if one["kind"] == "Deployment"}
    for service in (one for one in found if one["kind"] == "Service"):
        name = service["metadata"]["name"]
        [container] = pods[name]["spec"]["containers"]
        if service["spec"]["selector"] != pods[name]["metadata"]["labels"]:
            raise AssertionError(f"{name} selects others")
        ports = {port["containerPort"] for port in container["ports"]}
        if not {port["port"] for port in service["spec"]["ports"]} <= ports:
            raise AssertionError(f"{name} has other ports than its pods")
    [policy] = [one for one in found if one["kind"] == "NetworkPolicy"]
    [choice] = policy["spec"]["podSelector"]["matchExpressions"]
    if sorted(choice["values"]) != sorted(pods):
        raise AssertionError(f"the policy is for {choice['values']}")
    allowed = {port["port"] for rule in policy["spec"]["ingress"]
               for port in rule["ports"]}
    if allowed != {1236, 2900, 7272, 9272}:
        raise AssertionError(f"the policy is about {allowed}")


def container_of(found, name):
    [pod] = [one["spec"]["template"]["spec"] for one in found
             if (one["kind"], one["metadata"]["name"]) == ("Deployment", name)]
    return pod["containers"][0]


class Pod:
    """A container of the manifest on a host; nobody special runs it."""

    def __init__(self, container, host):
        self.container = container
        self.host = host
        self.process = Process(
            [*host.prefix, program("setpriv"), *NOBODY,
             PREFIX / "bin/gatewayd"], "pod",
            dict(self.variable(one) for one in container["env"]))

    def variable(self, one):
        source = one.get("valueFrom")
        if source is None:
            return one["name"], one["value"]
        if "fieldRef" in source:
            return one["name"], {"status.podIP": self.host.address}[
                source["fieldRef"]["fieldPath"]]
        return one["name"], {("gateway", "key"): KEY}[
            source["secretKeyRef"]["name"], source["secretKeyRef"]["key"]]

    def probe(self, kind):
        """The status that the kubelet gets."""
        asks = self.container[kind]["httpGet"]
        port = {one["name"]: one["containerPort"]
                for one in self.container["ports"]}[asks["port"]]
        with hosts.inside(self.host.namespace):
            connection = http.client.HTTPConnection(self.host.address, port,
                                                    timeout=10)
            try:
                connection.request("GET", asks["path"])
                return connection.getresponse().status
            except ConnectionRefusedError:
                self.process.expect_running()
                return None
            finally:
                connection.close()

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.discard()


@claims(PAGE, "yaml register", "yaml gateways")
def pods_are_a_cluster(*blocks):
    """The first host is the Register's, whose Service has its address."""
    found = manifests(*[block.text for block in blocks])
    with machines(4) as [register, one, two, php], folder() as home, \
            contextlib.ExitStack() as stack:
        for host in (one, two, php):
            stack.enter_context(names(
                host, {"gateway-register": register.address}))
        first = Pod(container_of(found, "gateway-register"), register)
        gateways = [stack.enter_context(
            Pod(container_of(found, "gateway"), host)) for host in (one, two)]
        for pod in gateways:
            wait_until(lambda p=pod: p.probe("livenessProbe") == 200, "life")
            if pod.probe("readinessProbe") != 503:
                raise AssertionError("ready without a Register")
        stack.enter_context(first)
        wait_until(lambda: first.probe("readinessProbe") == 200, "a Register")
        if first.probe("livenessProbe") != 200:
            raise AssertionError("a Register without life")
        for pod in gateways:
            wait_until(lambda p=pod: p.probe("readinessProbe") == 200, "ready")
        wait_listed(php, f"{register.address}:1236", 2, KEY)
        pages = [stack.enter_context(browser(php, host=host.address))
                 for host in (one, two)]
        said = run_php(php.prefix, home, """
            use GatewayClient\\Gateway;
            Gateway::$registerAddress = 'gateway-register:1236';
            Gateway::$secretKey = $key;
            Gateway::sendToAll('to all');
            echo Gateway::getAllClientCount();""", variables={"key": KEY})
        if said != "2":
            raise AssertionError(said)
        for page in pages:
            page.expect_text("to all")
