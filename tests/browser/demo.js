'use strict';
// The demo in a browser: two users, one of them with two pages, one group.
//
//   node demo.js --url URL --chromium PATH [--class extension|php]
//       [--scheme ws|wss] [--screenshots DIR] [--push COMMAND]...
//
// With wss any certificate is taken. A COMMAND pushes "hello from …" to alice.
//
// Prints the checks and "N passed, N failed"; exits 0 when all passed.

const { execFile } = require('node:child_process');
const { parseArgs, promisify } = require('node:util');
const { chromium } = require('playwright-core');
const { Checks, eventually, same } = require('./checks');
const { held } = require('./pages');
const { Visitor } = require('./visitor');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    class: { type: 'string', default: 'extension' },
    scheme: { type: 'string', default: 'ws' },
    screenshots: { type: 'string' },
    push: { type: 'string', multiple: true, default: [] },
  },
});

async function signInChecks(t, { alice, second, bob }) {
  const all = [alice, second, bob];
  for (const visitor of all) {
    await t.check(`${visitor.label} shows its client_id`, async () => {
      await visitor.page.locator('#state[data-state="online"]').waitFor();
      const id = await visitor.clientId();
      if (!/^[0-9a-f]{20}$/.test(id)) throw new Error(`client_id is "${id}"`);
    });
  }
  await t.check(`the pages speak ${options.scheme}`, async () => {
    const urls = await Promise.all(all.map((visitor) => visitor.socketUrl()));
    same(urls.every((url) => url.startsWith(`${options.scheme}://`)), true, urls.join());
  });
  await t.check('every page has a client_id of its own', async () => {
    const ids = await Promise.all(all.map((visitor) => visitor.clientId()));
    same(new Set(ids).size, 3, 'different ids');
  });

  const people = [[alice, 'alice', 'team'], [second, 'alice', ''], [bob, 'bob', 'team']];
  for (const [visitor, name, group] of people) {
    await t.check(`${visitor.label} is bound to ${name}`, async () => {
      await visitor.signIn(name, group);
      await eventually(() => visitor.name(), name, 'the name shown');
    });
  }
  for (const visitor of all) {
    await t.check(`${visitor.label} sees who is online`, async () => {
      await eventually(() => visitor.rows('users'),
        { alice: '2 pages', bob: '1 page' }, 'users');
      await eventually(() => visitor.rows('groups'), { team: '2 pages' }, 'groups');
      await eventually(() => visitor.members('team'), 'alice, bob', 'members');
    });
  }
}

/** After a message to everyone has arrived everywhere, what was sent before
 *  has arrived too, or never will. */
async function settle(from, all, mark) {
  await from.send('Everyone', '', mark);
  for (const visitor of all) {
    await eventually(async () => (await visitor.received()).includes(mark), true,
      `${visitor.label}: message to everyone`);
  }
}

async function messageChecks(t, { alice, second, bob }) {
  const all = [alice, second, bob];
  const cases = [
    ['to uid alice: both her pages, nobody else', bob, 'User', 'alice', [alice, second]],
    ['to uid bob: his page, nobody else', alice, 'User', 'bob', [bob]],
    ['to oneself: both pages of the sender', second, 'User', 'alice', [alice, second]],
    ['to the group, from a member: members only', bob, 'Group', 'team', [alice, bob]],
    ['to the group, from outside: members only', second, 'Group', 'team', [alice, bob]],
    ['to everyone: every page', alice, 'Everyone', '', all],
  ];
  let number = 0;
  for (const [name, from, to, target, wanted] of cases) {
    number += 1;
    const text = `message ${number}`;
    await t.check(name, async () => {
      await from.send(to, target, text);
      await settle(from, all, `mark ${number}`);
      for (const visitor of all) {
        const got = (await visitor.received()).filter((one) => one === text).length;
        same(got, wanted.includes(visitor) ? 1 : 0, `copies at ${visitor.label}`);
      }
    });
  }
  await t.check('a sender sees each own message once', async () => {
    const shown = await alice.page.locator('.message .text').allTextContents();
    same(shown.filter((text) => text === 'message 6').length, 1, 'rows');
  });
  await t.check('markup, quotes and other scripts arrive as text', async () => {
    const text = '<img src=x onerror=alert(1)> "你好" \u{1F44B}';
    await bob.send('User', 'alice', text);
    await eventually(async () => (await second.received()).includes(text), true, 'text');
    same(await second.page.locator('#messages img').count(), 0, 'elements made');
  });
  await t.check('what is typed while a message is sent stays', async () => {
    await alice.front();
    const request = await held(alice.page, '**/send_message.php');
    const text = alice.page.locator('#text');
    await text.fill('slowly');
    await text.press('Enter');
    await text.fill('the next one');
    request.release();
    await request.done;
    await eventually(async () => (await alice.shown()).includes('slowly'), true, 'sent');
    await eventually(() => alice.page.locator('#send [type=submit]').isEnabled(), true, 'done');
    same(await text.inputValue(), 'the next one', 'what was typed since');
    await text.fill('');
  });
  await t.check('a push that others call a message is shown', async () => {
    for (const push of [{ type: 'message', from: 'a shop', text: 'sold out' },
      { type: 'message', text: 'sold out' }]) {
      await bob.push(JSON.stringify(push));
    }
    same((await bob.received()).filter((one) => one === 'sold out').length, 2, 'copies');
  });
  await t.check('a message to somebody offline says so', async () => {
    await bob.send('User', 'carol', 'anybody there?');
    await eventually(async () => (await bob.notice()).includes('carol is not online'), true,
      'notice');
  });
}

/** Typed in the repository's root, as the demo tells its reader. */
async function terminalChecks(t, { alice, second, bob }) {
  const shown = await alice.page.locator('#terminal').textContent();
  for (const command of [...options.push, shown]) {
    const text = command.match(/hello from [^"']+/)[0];
    await t.check(`from a terminal: ${text}`, async () => {
      await promisify(execFile)('sh', ['-c', command], { cwd: `${__dirname}/../..` });
      await settle(bob, [alice, second, bob], `mark after ${text}`);
      for (const [visitor, copies] of [[alice, 1], [second, 1], [bob, 0]]) {
        const got = (await visitor.received()).filter((one) => one === text).length;
        same(got, copies, `copies at ${visitor.label}`);
      }
    });
  }
}

async function stepChecks(t, { alice, second }) {
  await t.check('each step is told as done, and by which call', async () => {
    const told = { open: true, init: true, bound: true, joined: true, push: true };
    same(await alice.steps(), told, 'steps of alice');
    same(await second.steps(), { ...told, joined: false }, 'steps outside the group');
    same(await alice.page.locator('#bound-call').textContent(),
      "Gateway::bindUid(…, 'alice')", 'call');
  });
}

/** Words that are the same in both languages. */
const NAMES = /WebSocket|client_id|bind\.php|GatewayClient\\Gateway|extension [\d.]+|PHP class|gatewayd|PHP GatewayWorker|Gateway::\w+|ws+:\/\/\S+|[0-9a-f]{20}|alice|bob|team|lobby|\S*gwctl|--register|send-to-uid/g;

async function chineseChecks(t, browser, trust) {
  await t.check('a browser that prefers Chinese gets the page in Chinese', async () => {
    const context = await browser.newContext({ ...trust, locale: 'zh-CN' });
    const reader = await Visitor.open(context, options.url, 'the page in Chinese');
    const english = async () => (await reader.page.locator('body').innerText())
      .replace(NAMES, '').match(/[A-Za-z]{2,}/g) ?? [];
    await reader.page.locator('#state[data-state="online"]').waitFor();
    same(await english(), [], 'English words before the name is chosen');
    await reader.page.locator('#name').fill('alice');
    await reader.page.locator('#group').fill('team');
    await reader.page.locator('#sign-in [type="submit"]').click();
    await reader.page.locator('#me').waitFor();
    await eventually(() => reader.members('team'), 'alice', 'members');
    same(await english(), [], 'English words after that');
    same(await reader.page.locator('html').getAttribute('lang'), 'zh-CN', 'lang');
    if (options.screenshots) {
      await reader.page.screenshot({ path: `${options.screenshots}/zh-CN.png`, fullPage: true });
    }
    same(reader.complaints, [], 'console');
    await context.close();
  });
}

async function refusalChecks(t, { alice, bob }) {
  const post = (data, path = 'send_message.php') => bob.page.context().request
    .post(new URL(path, options.url).href, { data });
  const bobs = await bob.clientId();
  const alices = await alice.clientId();
  const cases = [
    ['an invalid client_id', 400, { client_id: `${bobs}0`, to: 'all', text: 'x' }],
    ["another browser's client_id", 403, { client_id: alices, to: 'all', text: 'x' }],
    ['an unknown kind of target', 400, { client_id: bobs, to: 'them', text: 'x' }],
    ['an empty message', 400, { client_id: bobs, to: 'all', text: '  ' }],
    ['an empty recipient', 400, { client_id: bobs, to: 'uid', target: '0', text: 'x' }],
    ["binding another browser's page", 403, { client_id: alices, name: 'mallory' }, 'bind.php'],
    ["binding a client_id that somebody made up", 409, { client_id: '7f000001000100000001', name: 'bob' }, 'bind.php'],
    ['binding a page that is gone', 409, { client_id: `${alices.slice(0, 12)}ffffffff`, name: 'bob' }, 'bind.php'],
  ];
  for (const [name, status, data, path] of cases) {
    await t.check(`${name} is refused with ${status}`, async () => {
      const answer = await post(data, path);
      same(answer.status(), status, 'status');
      same(typeof (await answer.json()).error, 'string', 'an error text');
    });
  }
}

async function changeChecks(t, { alice, second, bob }) {
  await t.check('leaving the group updates the lists and ends its messages', async () => {
    await alice.leaveGroup('team');
    await eventually(() => bob.members('team'), 'bob', 'members');
    await bob.send('Group', 'team', 'after leaving');
    await settle(bob, [alice, second, bob], 'mark after leaving');
    same((await alice.received()).includes('after leaving'), false, 'reached alice');
    same((await bob.received()).includes('after leaving'), true, 'reached bob');
  });
  await t.check('a lost connection comes back, bound again under a new client_id', async () => {
    const before = await bob.clientId();
    await bob.listen();
    await bob.loseConnection();
    await eventually(async () => (await bob.clientId()) !== before
      && (await bob.state()) === 'online', true, 'reconnected');
    same(await bob.heard(), ['Offline', 'Connecting…', 'Connected'], 'what is read aloud of it');
    await eventually(() => alice.rows('users'),
      { alice: '2 pages', bob: '1 page' }, 'users');
    await eventually(() => alice.members('team'), 'bob', 'members');
    await alice.send('User', 'bob', 'welcome back');
    await eventually(async () => (await bob.received()).includes('welcome back'), true,
      'message to bob');
  });
  await t.check('closing one of two pages: alice stays online with one', async () => {
    await second.close();
    await eventually(() => bob.rows('users'), { alice: '1 page', bob: '1 page' }, 'users');
  });
  await t.check('closing the last page: alice is offline', async () => {
    await alice.close();
    await eventually(() => bob.rows('users'), { bob: '1 page' }, 'users');
    await eventually(() => bob.page.locator('#connections').textContent(),
      '1 connection', 'connections');
  });
}

async function screenshots(visitor, folder) {
  for (const scheme of ['light', 'dark']) {
    for (const [name, width, height] of [['desktop', 1280, 800], ['phone', 390, 844]]) {
      await visitor.page.setViewportSize({ width, height });
      await visitor.page.emulateMedia({ colorScheme: scheme });
      await visitor.page.screenshot({ path: `${folder}/${name}-${scheme}.png`, fullPage: true });
    }
  }
}

async function main() {
  const t = new Checks();
  const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS });
  try {
    const trust = { ignoreHTTPSErrors: options.scheme === 'wss', locale: 'en-US' };
    await chineseChecks(t, browser, trust);
    const hers = await browser.newContext(trust);
    const his = await browser.newContext(trust);
    const visitors = {
      alice: await Visitor.open(hers, options.url, "alice's first page"),
      second: await Visitor.open(hers, options.url, "alice's second page"),
      bob: await Visitor.open(his, options.url, "bob's page"),
    };
    await t.check(`the web server uses the ${options.class}`, async () => {
      const config = await (await his.request.get(new URL('config.php', options.url).href)).json();
      if (!config.class.toLowerCase().startsWith(options.class)) throw new Error(config.class);
    });
    await signInChecks(t, visitors);
    if (t.failed > 0) return t.summary(); // the rest would only wait in vain
    await stepChecks(t, visitors);
    await messageChecks(t, visitors);
    await terminalChecks(t, visitors);
    await refusalChecks(t, visitors);
    if (options.screenshots) await screenshots(visitors.alice, options.screenshots);
    await changeChecks(t, visitors);
    await t.check('no page had anything to complain about', async () => {
      same(Object.values(visitors).flatMap((one) => one.complaints), [], 'console');
    });
  } finally {
    await browser.close();
  }
  return t.summary();
}

main().then((status) => process.exit(status), (error) => {
  console.error(error);
  process.exit(1);
});
