'use strict';
// What every host's page must do, see ../host.py: two users in two browser
// contexts, one of them with two pages, one group.
//
//   node flow.js JSON      {url, chromium, name, login, page, bind, …}
//
// Prints the checks and "N passed, N failed"; exits 0 when all passed.

const { Checks, eventually, same } = require('../../browser/checks');
const { Guest, open } = require('./guest');
const { guestChecks } = require('./guests');

const options = JSON.parse(process.argv[2]);
const uid = (name) => options.uids[name] ?? name;

async function signInChecks(t, everybody) {
  for (const guest of everybody) {
    await t.check(`${guest.label} is bound`, async () => {
      await guest.waitOnline();
      const id = await guest.clientId();
      if (!/^[0-9a-f]{20}$/.test(id)) throw new Error(`client_id is "${id}"`);
    });
  }
  await t.check('every page has a client_id of its own', async () => {
    const ids = await Promise.all(everybody.map((guest) => guest.clientId()));
    same(new Set(ids).size, everybody.length, 'different ids');
  });
}

/** Sends, and then a mark to the group: where the mark has arrived, what was
 *  sent before has arrived too, or never will. */
async function deliveryChecks(t, { alice, second, bob }) {
  const all = [alice, second, bob];
  const cases = [
    ['to uid alice: both her pages, nobody else', bob, 'uid', 'alice', [alice, second]],
    ['to uid bob: his page, nobody else', alice, 'uid', 'bob', [bob]],
    ['to oneself: both pages of the sender', second, 'uid', 'alice', [alice, second]],
    ['to the group: every page in it', alice, 'group', 'team', all],
    ['to another group: nobody', bob, 'group', 'elsewhere', []],
  ];
  let number = 0;
  for (const [name, from, kind, target, wanted] of cases) {
    number += 1;
    const text = `message ${number}`;
    await t.check(name, async () => {
      await from.push(kind, kind === 'uid' ? uid(target) : target, text);
      await settle(from, all, `mark ${number}`);
      for (const guest of all) {
        const got = (await guest.received()).filter((one) => one === text).length;
        same(got, wanted.includes(guest) ? 1 : 0, `copies at ${guest.label}`);
      }
    });
  }
  await t.check('markup, quotes and other scripts arrive as text', async () => {
    const text = '<img src=x onerror=alert(1)> "你好" \u{1F44B}';
    await bob.push('uid', uid('alice'), text);
    await eventually(async () => (await second.received()).includes(text), true, 'text');
    same(await second.page.locator('#messages img').count(), 0, 'elements made');
  });
}

async function pageChecks(t, { alice }) {
  await t.check('a screen reader is told of the state, and of what comes', async () => {
    same(await alice.page.getByRole('status').textContent(), 'online', 'status');
    same(await alice.page.getByRole('log').locator('li').count() > 0, true, 'messages in the log');
  });
  await t.check('a push that is no JSON is its text', async () => {
    await alice.hears('as by gwctl');
    await eventually(async () => (await alice.received()).at(-1), 'as by gwctl', 'text');
  });
}

async function settle(from, all, mark) {
  await from.push('group', 'team', mark);
  for (const guest of all) {
    await eventually(async () => (await guest.received()).includes(mark), true,
      `${guest.label}: the mark`);
  }
}

async function refusalChecks(t, browser, { alice, second, bob }) {
  await t.check("another session's client_id is refused with 403", async () => {
    same(await bob.post(options.bind, { client_id: await alice.clientId() }), 403, 'status');
  });
  await t.check('a client_id that is none is refused', async () => {
    const id = await bob.clientId();
    for (const wrong of ['', 'nonsense', `${id}0`, `${id.slice(0, 19)}g`]) {
      const status = await bob.post(options.bind, { client_id: wrong });
      if (status < 400 || status > 499) throw new Error(`"${wrong}": ${status}`);
    }
  });
  await t.check(`a bind without the CSRF token: ${options.csrf_status}`, async () => {
    const answer = await bob.context.request.post(new URL(options.bind, options.url).href, {
      form: { client_id: await bob.clientId() }, maxRedirects: 0,
    });
    same(answer.status(), options.csrf_status, 'status');
  });
  const texts = ['from a guest', 'from a guest to the group'];
  await guestChecks(t, browser, options, texts);
  await t.check('nobody got what a guest wanted to push', async () => {
    await settle(bob, [alice, second, bob], 'after the guest');
    for (const user of [alice, second, bob]) {
      const got = await user.received();
      same(got.filter((one) => texts.includes(one)), [], `at ${user.label}`);
    }
  });
}

async function reloadChecks(t, { alice, second, bob }) {
  await t.check('a page that was loaded anew is bound under a new client_id', async () => {
    const before = await bob.clientId();
    await bob.page.reload();
    await bob.waitOnline();
    const now = await bob.clientId();
    if (now === before) throw new Error(`still ${now}`);
    await alice.push('uid', uid('bob'), 'welcome back');
    await eventually(async () => (await bob.received()).includes('welcome back'), true, 'message');
  });
  await t.check('the last state of all pages: nobody got what was not theirs', async () => {
    await settle(alice, [alice, second, bob], 'the end');
    same((await alice.received()).includes('welcome back'), false, 'reached alice');
    same((await second.received()).includes('message 2'), false, 'reached her second page');
  });
}

async function main() {
  const t = new Checks();
  const browser = await open(options.chromium);
  try {
    const hers = await Guest.signIn(browser, options, 'alice');
    const his = await Guest.signIn(browser, options, 'bob');
    const guests = {
      alice: await Guest.open(hers, options, "alice's first page"),
      second: await Guest.open(hers, options, "alice's second page"),
      bob: await Guest.open(his, options, "bob's page"),
    };
    await signInChecks(t, Object.values(guests));
    if (t.failed > 0) return t.summary(); // the rest would only wait in vain
    await deliveryChecks(t, guests);
    await pageChecks(t, guests);
    await t.check('no page had anything to complain about', async () => {
      same(Object.values(guests).flatMap((one) => one.complaints), [], 'console');
    });
    if (options.screenshots) {
      for (const [who, guest] of Object.entries({ alice: guests.alice, bob: guests.bob })) {
        await guest.screenshot(`${options.screenshots}/${options.name}-${who}.png`);
      }
    }
    await refusalChecks(t, browser, guests); // the console shows what was refused
    await reloadChecks(t, guests);
  } finally {
    await browser.close();
  }
  return t.summary();
}

main().then((status) => process.exit(status), (error) => {
  console.error(error);
  process.exit(1);
});
