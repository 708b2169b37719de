'use strict';
// One open page of a host's application, see ../host.py for what it has.

const { chromium } = require('playwright-core');
const { hear, openPage } = require('../../browser/pages');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

function open(path) {
  return chromium.launch({ executablePath: path, args: FLAGS });
}

class Guest {
  /** A browser context in which somebody is signed in. */
  static async signIn(browser, options, name) {
    const context = await browser.newContext({ viewport: { width: 900, height: 640 } });
    const path = options.login.replace('{name}', name);
    const answer = await context.request.get(new URL(path, options.url).href);
    if (!answer.ok()) {
      throw new Error(`${path}: ${answer.status()} ${(await answer.text()).slice(0, 2000)}`);
    }
    return context;
  }

  /** `label` is for messages of the checks only. */
  static async open(context, options, label, path = options.page) {
    const guest = new Guest();
    guest.label = label;
    guest.context = context;
    guest.complaints = [];
    guest.page = await openPage(context, guest.complaints);
    const answer = await guest.page.goto(new URL(path, options.url).href);
    if (!answer.ok()) {
      throw new Error(`${label}: ${answer.status()} ${(await answer.text()).slice(0, 2000)}`);
    }
    return guest;
  }

  async waitOnline() {
    try {
      await this.page.locator('#state[data-state="online"]').waitFor();
    } catch (error) {
      throw new Error(`not online: ${this.complaints.join('; ') || error.message}`);
    }
  }

  clientId() {
    return this.page.locator('#client-id').textContent();
  }

  /** Fills and submits a form, and returns when the server has answered. In front,
   *  as a person does: a page behind another one draws once a second. */
  async push(kind, target, text) {
    await this.page.bringToFront();
    const form = this.page.locator(`#push-${kind}`);
    await form.locator(`[name=${kind}]`).fill(target);
    await form.locator('[name=text]').fill(text);
    const [answer] = await Promise.all([
      this.page.waitForResponse((one) => one.request().method() === 'POST'),
      form.locator('[type=submit]').click(),
    ]);
    if (!answer.ok()) {
      throw new Error(`push: ${answer.status()} ${(await answer.text()).slice(0, 1000)}`);
    }
  }

  /** As if the gateway had sent it. */
  hears(data) {
    return hear(this.page, data);
  }

  /** The status of a POST by the page's own function. */
  post(path, data) {
    return this.page.evaluate(async ([to, what]) => (await post(to, what)).status,
      [`/${path}`, data]);
  }

  /** As the page's form does, where it has one; the page itself stays. */
  signOut(path) {
    return this.page.evaluate(async (to) => {
      const form = document.getElementById('logout');
      if (form === null) return (await post(to, {})).status;
      const body = new URLSearchParams(new FormData(form));
      return (await fetch(form.action, { method: form.method, body, redirect: 'manual' })).status;
    }, `/${path}`);
  }

  received() {
    return this.page.locator('#messages li').allTextContents();
  }

  async screenshot(path) {
    await this.page.bringToFront();
    await this.page.screenshot({ path, fullPage: true });
  }
}

module.exports = { Guest, open };
