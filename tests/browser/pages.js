'use strict';
// What pages under test have in common.

const { LIMIT } = require('./checks');

/** A page of which `complaints` notes the errors, and of whose sockets the last one
 *  is window.lastSocket. */
async function openPage(context, complaints) {
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT);
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(() => {
    const Native = window.WebSocket;
    window.WebSocket = class extends Native {
      constructor(...args) {
        super(...args);
        window.lastSocket = this;
      }
    };
  });
  return page;
}

/** As if the gateway had sent `data`. */
function hear(page, data) {
  return page.evaluate((text) => {
    window.lastSocket.dispatchEvent(new MessageEvent('message', { data: text }));
  }, data);
}

/** The next request of `url` goes on at release(), or is then answered with `status`. */
async function held(page, url, status) {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await page.route(url, async (route) => {
    await released;
    await (status ? route.fulfill({ status }) : route.continue());
  }, { times: 1 });
  return { release, done: page.waitForResponse(url) };
}

module.exports = { hear, held, openPage };
