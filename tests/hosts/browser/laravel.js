'use strict';
// The room of docs/frameworks/laravel.md: Laravel Echo with gateway-echo.js, on a
// public, a private and a presence channel.
//
//   node laravel.js JSON      as flow.js

const { Checks, LIMIT, eventually, same } = require('../../browser/checks');
const { held } = require('../../browser/pages');
const { Guest, open } = require('./guest');

const options = JSON.parse(process.argv[2]);

function rows(guest, list) {
  return guest.page.locator(`#${list} li`).allTextContents();
}

function members(guest) {
  return guest.page.locator('#members').textContent();
}

/** A POST with the page's CSRF token, as by any script of it. */
async function post(guest, path, data) {
  const status = await guest.page.evaluate(async ([to, what]) => {
    const token = document.querySelector('meta[name=csrf-token]').content;
    return (await fetch(to, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-TOKEN': token },
      body: JSON.stringify(what),
    })).status;
  }, [path, data]);
  same(status, 200, path);
}

async function say(guest, text) {
  await guest.page.bringToFront();
  await guest.page.locator('#say [name=text]').fill(text);
  await guest.page.locator('#say button').click();
  await eventually(async () => (await rows(guest, 'room')).includes(`me: ${text}`), true,
    'the sender\'s own row');
}

async function subscriptionChecks(t, { alice, bob }) {
  await t.check('Echo joins the presence channel and sees both', async () => {
    for (const guest of [alice, bob]) {
      await eventually(() => members(guest), 'alice, bob', guest.label);
    }
  });
  await t.check('Echo tells its socket id, which is a client_id', async () => {
    const id = await alice.page.evaluate(() => window.Echo.socketId());
    if (!/^[0-9a-f]{20}$/.test(id)) throw new Error(id);
    same(await alice.page.evaluate(() => window.Echo.connectionStatus()), 'connected', 'status');
  });
}

async function eventChecks(t, { alice, bob }) {
  await t.check('a public channel reaches both', async () => {
    await post(alice, '/room/news', { text: 'new <b>版本</b>' });
    for (const guest of [alice, bob]) {
      await eventually(() => rows(guest, 'news'), ['new <b>版本</b>'], guest.label);
    }
  });
  await t.check("a private channel reaches its user, through the queue", async () => {
    await post(alice, '/room/ship', { user: 2, order: 41 });
    await eventually(() => rows(bob, 'orders'), ['Order 41 is on its way.'], "bob's orders");
    same(await rows(alice, 'orders'), [], "alice's orders");
  });
  await t.check('toOthers(): all but the page that it comes from', async () => {
    await say(alice, 'hello');
    await eventually(() => rows(bob, 'room'), ['alice: hello'], "bob's room");
    await say(bob, 'hi alice');
    await eventually(() => rows(alice, 'room'), ['me: hello', 'bob: hi alice'], "alice's room");
  });
}

async function lossChecks(t, his, { alice, bob }) {
  await t.check('after a lost connection all channels are joined anew', async () => {
    const before = await bob.page.evaluate(() => window.Echo.socketId());
    await bob.page.evaluate(() => window.Echo.connector.socket.close());
    await eventually(() => bob.page.evaluate((old) => ![undefined, old]
      .includes(window.Echo.socketId()), before), true, 'another socket id');
    await eventually(() => members(bob), 'alice, bob', 'members');
    await bob.page.evaluate(() => new Promise((resolve) => {
      window.Echo.channel('news').subscribed(resolve);
    }));
    await post(alice, '/room/news', { text: 'still here' });
    await eventually(async () => (await rows(bob, 'news')).pop(), 'still here', 'news');
  });
  await t.check('a channel that was left is silent', async () => {
    await alice.page.evaluate(() => window.Echo.leave('news'));
    await post(bob, '/room/news', { text: 'not for alice' });
    await eventually(async () => (await rows(bob, 'news')).pop(), 'not for alice', 'news');
    await say(bob, 'a mark');
    await eventually(async () => (await rows(alice, 'room')).pop(), 'bob: a mark', 'mark');
    same((await rows(alice, 'news')).includes('not for alice'), false, 'alice got it');
  });
  await t.check('a channel that is refused says so, with 403', async () => {
    const status = await alice.page.evaluate(() => new Promise((resolve) => {
      window.Echo.private('App.Models.User.2').error((error) => resolve(error.status));
    }));
    same(status, 403, 'status');
  });
  await t.check('a page that is closed leaves at once', async () => {
    await bob.page.close({ runBeforeUnload: true }); // as a person closes it
    await eventually(() => members(alice), 'alice', 'members');
  });
  await t.check('a page that goes without a word is noticed by the next list', async () => {
    const second = await Guest.open(his, options, "bob's second room", 'room');
    await eventually(() => members(alice), 'alice, bob', 'members');
    await second.page.goto('chrome://crash').catch(() => {});
    await eventually(async () => {
      await alice.page.evaluate(() => window.Echo.connector.refresh());
      return members(alice);
    }, 'alice', 'members');
  });
}

/** The next answer of `path`, as it is now, held back until release(). */
async function delayed(page, path) {
  let asked;
  let release;
  const request = new Promise((resolve) => { asked = resolve; });
  const released = new Promise((resolve) => { release = resolve; });
  await page.route(path, async (route) => {
    const answer = await route.fetch();
    asked();
    await released;
    await route.fulfill({ response: answer });
  }, { times: 1 });
  return { request, release, done: page.waitForResponse(path) };
}

async function raceChecks(t, his, { alice }) {
  await t.check('a list of members that is older than an event does not undo it', async () => {
    await eventually(() => members(alice), 'alice', 'members');
    const list = await delayed(alice.page, '**/gateway/members');
    await alice.page.evaluate(() => {
      window.left = 0;
      window.Echo.join('room.1').leaving(() => { window.left += 1; });
      window.Echo.connector.refresh();
    });
    await list.request;
    const third = await Guest.open(his, options, "bob's third room", 'room');
    await eventually(() => members(alice), 'alice, bob', 'members');
    list.release();
    await list.done;
    await Promise.all([alice.page.waitForResponse('**/gateway/members'), // and a newer one
      alice.page.evaluate(() => window.Echo.connector.refresh())]);
    same([await members(alice), await alice.page.evaluate(() => window.left)],
      ['alice, bob', 0], 'members, and who has left');
    await third.page.close();
  });
}

/** As by a page that changes its view, or by React's strict mode. */
async function againChecks(t, { alice }) {
  const { page } = alice;
  const reopen = () => page.evaluate(() => {
    window.heard = [];
    window.Echo.leave('news');
    window.Echo.channel('news').listen('NewsPosted', ({ text }) => window.heard.push(text));
  });
  const expectNews = async (text) => {
    await page.evaluate(() => new Promise((resolve) => {
      window.Echo.channel('news').subscribed(resolve);
    }));
    await post(alice, '/room/news', { text });
    await eventually(() => page.evaluate(() => window.heard.at(-1)), text, 'news');
  };
  await t.check('a channel that is left while it is joined, and opened again, is heard', async () => {
    const join = await delayed(page, '**/broadcasting/auth');
    await page.evaluate(() => { window.Echo.channel('news'); });
    await join.request;
    await reopen();
    join.release();
    await join.done;
    await expectNews('once more');
  });
  await t.check('and so is one whose leaving takes longer than the next join', async () => {
    const leave = await held(page, '**/gateway/leave');
    await reopen();
    await post(alice, '/room/news', { text: 'meanwhile' });
    leave.release();
    await leave.done;
    await expectNews('and again');
  });
}

/** They are the console's, and nothing stops by them. */
async function errorChecks(t, his, { alice }) {
  const { page } = alice;
  const fail = (names) => page.evaluate((all) => {
    all.forEach((name) => window.Echo.join('room.1')
      [name](() => { throw new Error(`mine: ${name}`); })
      [name](() => { (window.rest ??= []).push(name); }));
  }, names);
  const expectRest = async (names) => {
    await eventually(() => page.evaluate(() => window.rest), names, 'callbacks after that');
    await eventually(() => alice.complaints.filter((one) => one.includes('mine: ')),
      names.map((name) => `mine: ${name}`), 'the console');
  };
  await t.check("an error of the application's callbacks is shown, and the rest goes on", async () => {
    await eventually(async () => {
      await page.evaluate(() => window.Echo.connector.refresh());
      return members(alice);
    }, 'alice', 'members');
    await fail(['joining', 'leaving']);
    const bob = await Guest.open(his, options, "bob's fourth room", 'room');
    await expectRest(['joining']);
    await eventually(() => members(bob), 'alice, bob', bob.label); // else it has nothing to leave
    await bob.page.close({ runBeforeUnload: true });
    await expectRest(['joining', 'leaving']);
    await page.evaluate(() => window.Echo.leave('room.1'));
    await fail(['subscribed', 'here']);
    await expectRest(['joining', 'leaving', 'subscribed', 'here']);
  });
}

/** The clock is the page's own. */
async function silenceChecks(t, browser) {
  await t.check('a page that no ping reaches any more comes back', async () => {
    const context = await Guest.signIn(browser, options, 'bob');
    await context.clock.install();
    const guest = await Guest.open(context, options, "bob's silent room", 'room');
    const { clock } = guest.page;
    const id = () => guest.page.evaluate(() => window.Echo.socketId());
    await eventually(async () => typeof await id(), 'string', 'a socket id');
    const first = await id();
    await guest.hears('{"type":"ping"}');
    await clock.runFor(59000);
    same(await id(), first, 'the socket id');
    await clock.runFor(31000);
    await eventually(async () => {
      await clock.runFor(1000);
      return ![undefined, first].includes(await id());
    }, true, 'another socket id');
    await context.close();
  });
}

async function tokenChecks(t, { alice }) {
  await t.check("a CSRF token of the page that is stale is not used", async () => {
    const status = await alice.page.evaluate(() => new Promise((resolve) => {
      document.querySelector('meta[name=csrf-token]').content = 'stale';
      const { connector } = window.Echo; // it binds anew; joining needs no token
      connector.onConnectionChange((now) => {
        if (now === 'connected' || now === 'failed') resolve(now);
      });
      connector.socket.close();
    }));
    same(status, 'connected', 'status');
  });
}

async function expiryChecks(t, browser) {
  await t.check('a page whose session has expired comes back as a guest, and says so', async () => {
    const context = await Guest.signIn(browser, options, 'bob');
    const { page } = await Guest.open(context, options, "bob's old room", 'room');
    await eventually(() => page.evaluate(() => Object.values(window.Echo.connector.channels)
      .every(({ token }) => token !== null)), true, 'in all channels'); // no cookie comes later
    await context.clearCookies();
    await page.evaluate(() => {
      const { connector } = window.Echo;
      window.Echo.join('room.1').error(({ status }) => { window.told = status; });
      connector.onConnectionChange((now) => { if (now === 'failed') window.told = now; });
      connector.socket.close();
    });
    await eventually(() => page.evaluate(() => window.told), 403, 'the presence channel');
    same(await page.evaluate(() => window.Echo.connectionStatus()), 'connected', 'status');
    await context.close();
  });
}

/** The page of the other host checks, whose script binds by itself. */
async function inboxChecks(t, hers) {
  await t.check('a bind that fails for the moment is made again', async () => {
    const inbox = await Guest.open(hers, options, "alice's inbox");
    await inbox.waitOnline();
    let tries = 0;
    await inbox.page.route(`**/${options.bind}`, (route) => {
      tries += 1;
      if (tries === 1) return route.fulfill({ status: 502, body: 'deploying' });
      return tries === 2 ? route.abort() : route.continue();
    });
    await inbox.page.reload();
    await inbox.page.locator('#state[data-state="online"]').waitFor({ timeout: 3 * LIMIT });
    same(tries, 3, 'tries');
    await inbox.page.close();
  });
}

async function main() {
  const t = new Checks();
  const browser = await open(options.chromium);
  try {
    const hers = await Guest.signIn(browser, options, 'alice');
    const his = await Guest.signIn(browser, options, 'bob');
    const guests = {
      alice: await Guest.open(hers, options, "alice's room", 'room'),
      bob: await Guest.open(his, options, "bob's room", 'room'),
    };
    await subscriptionChecks(t, guests);
    if (t.failed > 0) {
      console.log(Object.values(guests).flatMap((one) => one.complaints).join('\n'));
      return t.summary(); // the rest would only wait in vain
    }
    await eventChecks(t, guests);
    await t.check('no page had anything to complain about', async () => {
      same(Object.values(guests).flatMap((one) => one.complaints), [], 'console');
    });
    if (options.screenshots) {
      await guests.bob.screenshot(`${options.screenshots}/${options.name}-room.png`);
    }
    await lossChecks(t, his, guests);
    await raceChecks(t, his, guests);
    await againChecks(t, guests);
    await errorChecks(t, his, guests);
    await tokenChecks(t, guests);
    await inboxChecks(t, hers);
    await expiryChecks(t, browser);
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
