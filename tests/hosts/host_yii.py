"""Yii 2: Composer's yiisoft/yii2, or YII_REFERENCE, a folder with yii2-framework.
Its packages of browser scripts are in no registry that Composer asks by itself, and
no page here uses them."""

import os

import framework_source
from framework import FrameworkHost

SCRIPTS = ("jquery", "inputmask", "punycode", "yii2-pjax")
# What the framework itself wants, and this application does not.
UNUSED = ("yiisoft/yii2-composer", "cebe/markdown")


class Application(FrameworkHost):
    title = "Yii 2"
    page = "yii"
    base = {"yiisoft/yii2": "^2.0.45"}
    composer = {"replace": {f"bower-asset/{name}": "*" for name in SCRIPTS}}
    document_root = assets = "web"
    folders = ("runtime", "web/assets")
    log = "runtime/logs/*.log"
    browser = {**FrameworkHost.browser, "csrf_status": 400}
    locks_sessions = True
    console_push = ("yii", "gateway/push", "alice", "hello")
    boot = """require 'vendor/autoload.php';
        require 'vendor/yiisoft/yii2/Yii.php';
        $configured = require 'config/gateway.php';
        unset($configured['timeout']);
        Yii::createObject($configured);"""
    console_kick = ("yii", "gateway/kick", "alice")

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self.key = os.urandom(16).hex()

    def install(self, require, links):
        framework_source.install(self.name, self.app, require, links,
                                 variable="YII_REFERENCE",
                                 main="yii2-framework", unused=UNUSED,
                                 **self.composer)

    def environment(self):
        return {"COOKIE_VALIDATION_KEY": self.key}
