'use strict';
// One open page of the demo, used as a person would: by its labels.

const { hear, openPage } = require('./pages');

class Visitor {
  /** `label` is for messages of the checks only. */
  static async open(context, url, label) {
    const visitor = new Visitor();
    visitor.label = label;
    visitor.complaints = [];
    visitor.page = await openPage(context, visitor.complaints);
    await visitor.page.goto(url);
    return visitor;
  }

  socketUrl() {
    return this.page.evaluate(() => window.lastSocket.url);
  }

  clientId() {
    return this.page.locator('#client-id').textContent();
  }

  state() {
    return this.page.locator('#state').getAttribute('data-state');
  }

  /** A page behind another tab is drawn rarely, which would slow every click. */
  front() {
    return this.page.bringToFront();
  }

  async signIn(name, group) {
    await this.front();
    const form = this.page.locator('#sign-in');
    await form.getByLabel('Your name').fill(name);
    await form.getByLabel('Group').fill(group);
    await form.getByRole('button', { name: 'Come in' }).click();
  }

  async name() {
    const name = this.page.locator('#my-name');
    return (await name.isVisible()) ? name.textContent() : '';
  }

  /** `to`: "User", "Group" or "Everyone". Returns when the server took it. */
  async send(to, target, text) {
    await this.front();
    const form = this.page.locator('#send');
    await form.locator('.segments label', { hasText: to }).click();
    if (to !== 'Everyone') await form.locator('#target').fill(target);
    await form.getByLabel('Message').fill(text);
    await form.getByRole('button', { name: 'Send' }).click();
    await this.page.locator('.message .text', { hasText: text }).waitFor();
  }

  notice() {
    return this.page.locator('#send-notice').textContent();
  }

  /** Which steps the page tells as done: { open: true, … }. */
  steps() {
    return this.page.locator('#steps li').evaluateAll((items) => Object.fromEntries(
      items.map((item) => [item.dataset.step, item.dataset.done === 'true']),
    ));
  }

  /** Texts that were pushed to this page, in order. */
  received() {
    return this.page.locator('.message[data-received] .text').allTextContents();
  }

  /** All texts of messages, also of those that only its own page has yet. */
  shown() {
    return this.page.locator('.message .text').allTextContents();
  }

  /** As if the gateway had sent it. */
  push(data) {
    return hear(this.page, data);
  }

  /** From now on what a screen reader tells of the connection's state is noted. */
  listen() {
    return this.page.evaluate(() => {
      const state = document.getElementById('state');
      window.heard = [];
      new MutationObserver((changes) => {
        const told = changes.filter(({ target }) => !target.parentElement?.closest('[aria-hidden]')
          && !target.closest?.('[aria-hidden]'));
        if (told.length > 0) window.heard.push(told[0].target.textContent.trim());
      }).observe(state, { childList: true, characterData: true, subtree: true });
    });
  }

  heard() {
    return this.page.evaluate(() => window.heard);
  }

  async leaveGroup(group) {
    await this.front();
    await this.page.getByRole('button', { name: `Leave ${group}` }).click();
  }

  /** The panel's rows, read at one moment: { name: "2 pages" }. */
  rows(list) {
    return this.page.locator(`#${list} li[data-name]`).evaluateAll((rows) => Object.fromEntries(
      rows.map((row) => [row.dataset.name, row.querySelector('.note').textContent]),
    ));
  }

  async members(group) {
    const names = this.page.locator(`#groups li[data-name="${group}"] small`);
    return (await names.allTextContents()).join();
  }

  loseConnection() {
    return this.page.evaluate(() => window.lastSocket.close());
  }

  close() {
    return this.page.close();
  }
}

module.exports = { Visitor };
