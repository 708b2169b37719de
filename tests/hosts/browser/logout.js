'use strict';
// A user who signs out in one browser, and not in another: the page of the one is
// nobody's any more, the page of the other comes back. What every host's page must
// do, and `logout`: the path that ends the session.
//
//   node logout.js JSON      as flow.js

const { Checks, LIMIT, eventually, same } = require('../../browser/checks');
const { held } = require('../../browser/pages');
const { Guest, open } = require('./guest');

const options = JSON.parse(process.argv[2]);

/** A bind that fails as in a deployment is tried again, with another connection. */
async function retryChecks(t, browser) {
  await t.check('a bind that fails for the moment is tried again', async () => {
    const context = await Guest.signIn(browser, options, 'alice');
    const answers = [502, 'no network'];
    await context.route(new URL(options.bind, options.url).href, (route) => {
      const answer = answers.shift();
      if (answer === undefined) return route.continue();
      return answer === 502 ? route.fulfill({ status: answer }) : route.abort();
    });
    const guest = await Guest.open(context, options, 'the page');
    await guest.page.locator('#state[data-state="online"]').waitFor({ timeout: 3 * LIMIT });
    same(answers.length, 0, 'failures left');
    await context.close();
  });
}

/** Of a page that is like push.js. */
async function typingChecks(t, there) {
  const form = there.page.locator('#push-group');
  const text = form.locator('[name=text]');
  const send = async (first, next, status) => {
    const { href } = new URL(options.pushes.group, options.url);
    const request = await held(there.page, href, status);
    await form.locator('[name=group]').fill('team');
    await text.fill(first);
    await text.press('Enter');
    await text.fill(next);
    request.release();
    await request.done;
  };
  await t.check('what is typed while a text is sent stays', async () => {
    await send('slowly', 'the next one');
    await eventually(async () => (await there.received()).at(-1), 'slowly', 'the push');
    same(await text.inputValue(), 'the next one', 'what was typed since');
  });
  await t.check('a text that could not be sent is told of, in words', async () => {
    await send('in vain', 'in vain', 502);
    await eventually(() => there.page.locator('#messages li').last().getAttribute('data-from'),
      'not sent', 'what is told');
    same([(await there.received()).at(-1), await text.inputValue()], ['in vain', 'in vain'], 'texts');
  });
}

/** Of a page that is like push.js. The clock is the page's own. */
async function silenceChecks(t, browser) {
  const context = await Guest.signIn(browser, options, 'alice');
  await context.clock.install();
  const guest = await Guest.open(context, options, 'the page');
  await guest.waitOnline();
  const first = await guest.clientId();
  await t.check('a page stays when nobody has said that there are pings', async () => {
    await guest.page.clock.runFor(600000);
    same(await guest.clientId(), first, 'the client_id');
  });
  await t.check('a ping is not shown, and keeps a silent page', async () => {
    for (let i = 0; i < 5; i++) {
      await guest.hears('{"type":"ping"}');
      await guest.page.clock.runFor(59000);
    }
    same([await guest.clientId(), await stateOf(guest)], [first, 'online'], 'the page');
    same((await guest.received()).length, 0, 'messages');
  });
  await t.check('a page that no ping reaches any more comes back', async () => {
    await guest.page.clock.runFor(90000);
    await eventually(async () => {
      await guest.page.clock.runFor(1000);
      return (await guest.clientId()) !== first && (await stateOf(guest)) === 'online';
    }, true, 'online again');
  });
  await context.close();
}

const stateOf = (guest) => guest.page.locator('#state').getAttribute('data-state');

async function main() {
  const t = new Checks();
  const browser = await open(options.chromium);
  try {
    const here = await Guest.open(await Guest.signIn(browser, options, 'alice'), options, 'here');
    const there = await Guest.open(await Guest.signIn(browser, options, 'alice'), options, 'there');
    await here.waitOnline();
    await there.waitOnline();
    const before = await there.clientId();
    await t.check('logout: the page is closed, comes back, and is not bound', async () => {
      await here.signOut(options.logout); // the status may be a redirection's
      await eventually(() => stateOf(here), 'refused', 'its state');
    });
    await t.check('logout: the page in another browser is bound anew', async () => {
      await eventually(async () => (await there.clientId()) !== before
        && (await stateOf(there)) === 'online', true, 'online again');
    });
    await t.check('logout: what is for the user arrives there only', async () => {
      await there.push('uid', 'alice', 'after the logout');
      await eventually(async () => (await there.received()).includes('after the logout'), true,
        'the message');
      same((await here.received()).length, 0, 'messages at the other page');
    });
    await typingChecks(t, there);
    await retryChecks(t, browser);
    await silenceChecks(t, browser);
  } finally {
    await browser.close();
  }
  return t.summary();
}

main().then((status) => process.exit(status), (error) => {
  console.error(error);
  process.exit(1);
});
