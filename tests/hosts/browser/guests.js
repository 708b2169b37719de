'use strict';
// Somebody who is not signed in, and has all else: a session, a valid CSRF token of
// it, and a page that is connected and nobody's.

const { same } = require('../../browser/checks');

/** The client_id of a WebSocket that the page keeps open. */
function connected(page) {
  return page.evaluate(() => new Promise((resolve, reject) => {
    window.kept = new WebSocket(`${window.location.origin.replace('http', 'ws')}/ws`);
    window.kept.onmessage = (event) => resolve(JSON.parse(event.data).client_id);
    window.kept.onerror = () => reject(new Error('no WebSocket'));
  }));
}

/** `texts` is what the guest tried to push: nobody may get it. */
async function guestChecks(t, browser, options, texts) {
  const at = (path) => new URL(path, options.url).href;
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(at(options.guest_token));
  const token = await page.locator('body').textContent();
  const tries = [
    ['bind', options.bind, { client_id: await connected(page) }],
    ['push to a user', options.pushes.uid, { uid: options.uids.alice ?? 'alice', text: texts[0] }],
    ['push to a group', options.pushes.group, { group: 'team', text: texts[1] }],
  ];
  if (options.logout) tries.push(['logout', options.logout, {}, options.guest_logout_status]);
  for (const [what, path, data, status = options.guest_status] of tries) {
    await t.check(`a guest's ${what}, with a valid token, is refused`, async () => {
      const answer = await context.request.post(at(path), {
        data, headers: { 'X-CSRF-Token': token }, maxRedirects: 0,
      });
      same(answer.status(), status, 'status');
    });
  }
  await context.close();
}

module.exports = { guestChecks };
