"""Yii 2, by Composer. Its packages of browser scripts come from a registry of
their own; no page here uses them."""

import os

from framework import FrameworkHost

SCRIPTS = ("jquery", "inputmask", "punycode", "yii2-pjax")


class Application(FrameworkHost):
    title = "Yii 2"
    page = "yii"
    base = {"yiisoft/yii2": "^2.0.45"}
    composer = {"replace": {f"bower-asset/{name}": "*" for name in SCRIPTS}}
    document_root = assets = "web"
    folders = ("runtime", "web/assets")
    log = "runtime/logs/*.log"
    browser = {**FrameworkHost.browser, "csrf_status": 400}
    console_push = ("yii", "gateway/push", "alice", "hello")

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self.key = os.urandom(16).hex()

    def environment(self):
        return {"COOKIE_VALIDATION_KEY": self.key}
