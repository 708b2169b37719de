"""Which texts of the product reach its users when something goes wrong.

Every string literal that reads like a sentence is one, wherever it stands, and
every word that a function of TELL takes, unless a rule of OUT says why not. A
function that takes such a literal and is in no list is a fault, and so are a
variadic one and a rule that nothing needs: what is new has to be judged.
"""

import re
from fnmatch import fnmatch

from c_texts import MARK, Sources

FOLDERS = ("ext", "libgwclient", "gatewayd/src", "gwctl/src")
# The functions that make texts: what they are given is shown, logged or thrown.
TELL = set("""
    php_gwc_throw php_error_docref zend_type_error zend_argument_type_error
    php_gwc_argument_type_error warn_with_value refuse smart_str_appends
    gw_report_error gw_buf_put_str X snprintf
    gwd_log gwd_log_failure gwd_worker_log gwd_options_fail gwd_request_bad
    fail fail_at fail_file names_something open_at pause_accepting
    refuse_proxy retry_later fn tell is_readable fprintf fputs gw_slice_str
    gwctl_warn gwctl_misuse gwctl_note gwctl_options_fail gwctl_copy fail_key
    say outcome""".split())
# Of these only sentences: they make much else, too.
ONLY_SENTENCES = set("""smart_str_appends gw_buf_put_str snprintf fprintf fputs
    gw_slice_str gwctl_copy fn""".split())
# The other functions that take what printf() takes.
NOT_TOLD = {
    "gwd_notify": "for systemd: READY=1 and its kind",
    "put": "numbers for Prometheus",
}
# What looks like one and is none: files, functions, texts, and why.
OUT = [
    ("gwctl/src/completion*.c", "*", "", "completion scripts"),
    ("gwctl/src/command.c", "-", "", "help: docs/gwctl.md"),
    ("gwctl/src/help.c", "*", "", "help: docs/gwctl.md"),
    ("gwctl/src/conf/table.c", "*", "", "help: docs/gwctl.md"),
    ("gatewayd/src/conf/help.c", "*", "", "help: docs/options.md"),
    ("gatewayd/src/conf/table.c", "*", "", "help: docs/options.md"),
    ("gatewayd/src/status/prometheus.c", "*", "", "names of figures"),
    ("gatewayd/src/status/fields.c", "-", "^[A-Z]", "names of figures"),
    ("ext/gatewayclient.c", "*", "", "phpinfo: figures"),
    ("ext/ini.c", "PUTS", "", "phpinfo: whether there is a key"),
    ("ext/gatewayclient_arginfo.h", "*", "", "signatures for Reflection"),
    ("*", "_Static_assert", "", "for who compiles it"),
    ("gatewayd/src/tls/session.c", "BIO_meth_new", "", "a name for OpenSSL"),
    ("*", "gwctl_table_init", "", "heads of tables"),
    ("*", "print_keys", "", "heads of tables"),
    ("gwctl/src/core/progress.c", "*", "", "progress"),
    ("*", "gwctl_progress_start", "", "progress"),
    ("gwctl/src/cmd/bench.c", "printf", "", "results"),
    ("gwctl/src/cmd/watch.c", "snprintf", "", "a headline"),
    ("*", "puts", "", "answers to --version and --test-config"),
    ("*", "put_text", "", "the request of gwctl listen"),
    ("gatewayd/src/client/handshake.c", "gw_buf_put_str", "", "HTTP"),
    ("gatewayd/src/client/handshake.c", "-", "^[A-Z][A-Za-z-]+: ", "headers"),
    ("gatewayd/src/client/http_answer.c", "strftime", "", "HTTP"),
    ("gatewayd/src/client/proxy.c", "-", "", "what a proxy sends"),
    ("gatewayd/src/status/status.c", "gw_buf_put_str", "", "HTTP"),
    ("gatewayd/src/status/status.c", "*", "^[A-Z][A-Za-z-]+: |^default-src ",
     "headers"),
    ("gatewayd/src/status/status.c", "-", "charset=|^200 ", "HTTP"),
    ("*", "gwd_notify", "", "for systemd"),
    ("gatewayd/src/core/system_log.c", "snprintf", "", "the head of a line"),
    ("gatewayd/src/daemon.c", "*", " ready", "it says so when it is ready"),
]
SENTENCE = re.compile(rf"\S \S")
WORD = re.compile(r"[A-Za-z]{2}")


def bare(text):
    """Without what varies at its ends."""
    return text.strip(f" {MARK}")


def reads_like_one(literal):
    text = literal.text.replace(MARK, "")
    if not WORD.search(text):
        return False
    return bool(SENTENCE.search(literal.text)) or (
        bool(literal.calls) and literal.calls[0] in TELL - ONLY_SENTENCES)


def is_out(literal, rule):
    path, call, pattern, _ = rule
    nearest = literal.calls[0] if literal.calls else "-"
    return (fnmatch(literal.path, path) and call in ("*", nearest)
            and re.search(pattern, literal.text) is not None)


class Texts:
    """`told`: the literals that users may see, by (part, text); `faults`:
    what the lists above do not know."""

    def __init__(self):
        sources = Sources(*FOLDERS)
        self.sources = sources
        self.told, self.faults = {}, []
        needed = set()
        for literal in sources.literals():
            if not reads_like_one(literal):
                continue
            rules = [n for n, rule in enumerate(OUT) if is_out(literal, rule)]
            needed.update(rules)
            if rules:
                continue
            part = literal.path.split("/")[0]
            self.told.setdefault((part, bare(literal.text)), literal)
            if literal.calls and literal.calls[0] not in TELL:
                self.faults.append(f"{literal}: is {literal.calls[0]}() a "
                                   "function that tells users something?")
        self.faults += [f"nothing needs the rule {rule}"
                        for n, rule in enumerate(OUT) if n not in needed]
        self.faults += [
            f"{path}: does {name}() make texts that users see? It is in no "
            "list" for path, name in sorted(sources.variadic_functions())
            if name not in TELL and name not in NOT_TOLD]
