'use strict';
// The dashboard of a gatewayd with two workers, in a browser.
//
//   node dashboard.js --chromium PATH [--screenshots DIR]
//
// With --screenshots it only makes pictures: of a gatewayd that idles, and of one
// with 4000 connections and real pushes.
//
// Prints the checks and "N passed, N failed"; exits 0 when all passed.

const { parseArgs } = require('node:util');
const { chromium } = require('playwright-core');
const { Checks, LIMIT, eventually, same } = require('./checks');
const { Dashboard } = require('./dashboard_page');
const { partChecks } = require('./dashboard_parts');
const { textChecks } = require('./dashboard_texts');
const { takeScreenshots } = require('./dashboard_screenshots');
const { World } = require('./world');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const TOKEN = 'Rk7-vT_2~q+/=';

const { values: options } = parseArgs({
  options: {
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    screenshots: { type: 'string' },
  },
});

// Names that strangers may choose for a uid; what is to be read of them.
const HOSTILE = [
  ['<script>document.title = "taken"</script>', '<script>document.title = "taken"</script>'],
  ['a\u202egpj.exe', 'a\\u{202e}gpj.exe'],
  ['\u2066\u200b\u0007', '\\u{2066}\\u{200b}\\u{7}'],
  [`${'网'.repeat(341)}x`, `${'网'.repeat(21)}… (1,024 bytes)`],
];

async function figureChecks(t, world, page) {
  await t.check('an idle daemon is well', async () => {
    await eventually(() => page.health(), 'good', 'verdict');
    same(await page.figure('connections'), '0', 'connections');
    same((await page.title()).replace(/^! /, ''), 'gatewayd', 'title');
  });
  const before = await page.inked('messagesOut');
  await t.check('figures are those of /status', async () => {
    await world.do('connect', { count: 12 });
    await eventually(() => page.figure('connections'), '12', 'connections');
    await world.do('push', { count: 50 });
    await world.do('say', { count: 3 });
    await eventually(async () => {
      const { totals } = await world.status();
      return [totals.messages_out, totals.messages_in];
    }, [12 * 50 + 12, 36], 'counted');
    const { version } = await world.status();
    await eventually(() => page.note('messagesOut'),
      '612 since the start, one for each receiver', 'messages out');
    await eventually(() => page.note('messagesIn'), '36 since the start', 'messages in');
    same(await page.text('#version'), version, 'version');
  });
  await t.check('and so are those of each process', async () => {
    const wanted = async () => (await world.status()).processes.map((p) => [p.process,
      p.process === 'services' ? '' : String(p.connections), String(p.pid),
      String(p.restarts)]);
    await eventually(async () => JSON.stringify(await page.processes())
      === JSON.stringify(await wanted()), true, 'table');
  });
  await t.check('rates are seen while something happens', async () => {
    await eventually(async () => {
      await world.do('push', { count: 20 });
      return (await page.figure('messagesOut')) !== '0/s';
    }, true, 'messages out');
  });
  await t.check('plots get lines', async () => {
    await eventually(async () => (await page.inked('messagesOut')) > before + 20, true, 'points');
    same((await page.inked('memory')) > 20, true, 'memory');
  });
  await t.check('a plot tells in words what it shows', async () => {
    await eventually(async () => /^Connections, all processes, last 5m: now 12, lowest 0, highest 12\./
      .test(await page.label('connections')), true, 'label');
  });
}

async function nameChecks(t, world, page) {
  await t.check('uids and groups with the most connections', async () => {
    for (let client = 0; client < 5; client += 1) {
      await world.do('enter', { client, uid: 'ann', group: 'lobby' });
    }
    await world.do('enter', { client: 5, uid: 'bob', group: 'lobby' });
    await eventually(() => page.bars('groups'), [['lobby', '6']], 'groups');
    await eventually(() => page.bars('uids'), [['ann', '5'], ['bob', '1']], 'uids');
    same((await page.text('#uids')).includes('Each process tells its first ten'), true,
      'what a sum is of');
  });
  await t.check('hostile names are text', async () => {
    let client = 6;
    for (const [name] of HOSTILE) {
      await world.do('enter', { client, uid: name, group: name });
      client += 1;
    }
    const wanted = HOSTILE.map(([, shown]) => shown).sort();
    for (const kind of ['uids', 'groups']) {
      await eventually(async () => (await page.bars(kind)).map(([name]) => name)
        .filter((name) => !['ann', 'bob', 'lobby'].includes(name)).sort(), wanted, kind);
    }
    same((await page.title()).replace(/^! /, ''), 'gatewayd', 'title');
    same(await page.page.locator('#uids script, #groups script').count(), 0, 'elements made');
  });
}

async function settingChecks(t, page) {
  await t.check('it speaks Chinese, and remembers that here', async () => {
    await page.press('中文');
    await eventually(async () => ['一切正常', '需要留意'].includes(
      await page.text('#verdict-text')), true, 'verdict');
    same(await page.page.evaluate(() => document.documentElement.lang), 'zh-CN', 'lang');
    await page.page.reload();
    await eventually(() => page.text('#processes-title'), '进程', 'after loading again');
    await page.press('English');
    await eventually(() => page.text('#processes-title'), 'Processes', 'English');
  });
  await t.check('light and dark', async () => {
    const back = () => page.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.page.emulateMedia({ colorScheme: 'light' });
    const light = await back();
    await page.page.emulateMedia({ colorScheme: 'dark' });
    const dark = await back();
    same(light === dark, false, 'by the system');
    await page.press('Light');
    same(await back(), light, 'by the switch');
    await page.page.emulateMedia({ colorScheme: 'light' });
    await page.press('Dark');
    same(await back(), dark, 'by the switch');
    await page.press('Auto');
    same(await back(), light, 'back to the system');
  });
  await t.check('on a phone nothing is wider than the screen', async () => {
    const size = page.page.viewportSize();
    await page.page.setViewportSize({ width: 360, height: 740 });
    for (const name of ['中文', 'English']) {
      await page.press(name);
      same(await page.page.evaluate(() => document.documentElement.scrollWidth), 360, name);
    }
    await page.page.setViewportSize(size);
  });
  await t.check('by keyboard: in order, visible, plots can be read', async () => {
    await page.page.reload(); // Tab begins at the top
    await eventually(() => page.health(), 'good', 'verdict');
    const stops = [];
    for (let i = 0; i < 60; i += 1) {
      await page.page.keyboard.press('Tab');
      const stop = await page.focus();
      if (stop.name === null) break; // past the last one
      same(stop.outlined, true, `focus is seen on ${stop.name}`);
      stops.push(stop.name);
      if (stop.name === 'plot connections') {
        await page.page.keyboard.press('ArrowLeft');
        same(/all \d+.*0 \d+.*1 \d+/.test(await page.reading('connections')), true, 'reading');
        await page.page.keyboard.press('Escape');
        same(await page.reading('connections'), '', 'after Escape');
        await page.page.keyboard.press('ArrowLeft');
        await page.watch('.plot output');
        await page.answers(2);
        same(await page.rewritten(), 0, 'a reading that stays is not read aloud again');
        await page.page.keyboard.press('Escape');
      }
    }
    same(stops.slice(0, 8), ['To the figures', 'Auto', 'Light', 'Dark', 'English', '中文',
      'all', '0'], 'the first');
    for (const name of ['plot connections', 'plot memory', 'processes']) {
      same(stops.includes(name), true, name);
    }
    await page.page.getByRole('button', { name: '1 min' }).focus();
    await page.page.keyboard.press('Enter');
    same(await page.pressed('#spans'), ['1 min'], 'chosen by Enter');
  });
  await t.check('a process can be left out of the plots', async () => {
    await page.press('services');
    same(await page.pressed('#legend'), ['all', '0', '1'], 'shown');
  });
  await t.check('a plot can be read as a table', async () => {
    await page.page.getByText('As figures').first().click();
    await eventually(() => page.page.locator('.card').first().locator('tbody th')
      .allTextContents(), ['all', '0', '1'], 'rows');
  });
}

async function failureChecks(t, world, page) {
  await t.check('a process that hangs is told of', async () => {
    const [, second] = (await world.status()).processes;
    await world.do('freeze', { pid: second.pid });
    // It is told after five seconds without a sign of life.
    await eventually(async () => (await page.reasons())[0],
      'Process 1 hangs: its clients get nothing.', 'reasons', 3 * LIMIT);
    same(await page.verdict(), 'bad', 'verdict');
    await world.do('thaw', { pid: second.pid });
    await eventually(async () => await page.verdict() !== 'bad', true, 'its recovery');
  });
  await t.check('a process that had to be started again is told of', async () => {
    const [first] = (await world.status()).processes;
    await world.do('kill', { pid: first.pid });
    await eventually(async () => (await page.reasons()).some((reason) => reason
      === 'Process 0 was started again in the time shown here.'), true, 'reasons');
    same(await page.verdict() === 'good', false, 'verdict');
  });
  await t.check('a daemon that is gone is missed', async () => {
    page.lenient = true; // Chromium complains of requests without an answer
    await world.do('stop');
    await eventually(() => page.text('#verdict-text'), 'gatewayd cannot be reached', 'verdict');
    same(await page.verdict(), 'bad', 'state');
    same((await page.title()).startsWith('✕'), true, 'title');
    await eventually(async () => /^No answer since .*\d\d:\d\d:\d\d;/.test((await page.reasons())[0]), true, 'since');
    await page.watch('#verdict [role=status]');
    for (let i = 0; i < 2; i += 1) await page.page.waitForEvent('requestfailed');
    same(await page.rewritten(), 0, 'what stays is not read aloud again');
  });
  await t.check('and it goes on by itself when that is back', async () => {
    await world.do('start');
    // Worth a look: the process that was killed.
    await eventually(() => page.verdict(), 'warn', 'verdict');
    page.lenient = false;
    await world.do('connect', { count: 3 });
    await eventually(() => page.figure('connections'), '3', 'connections');
    await eventually(() => page.note('messagesOut'),
      '3 since the start, one for each receiver', 'counted anew');
    const gaps = await page.page.evaluate(() => records.samples.filter(({ gap }) => gap).length);
    same(gaps >= 2, true, 'a gap in the lines, besides their beginning');
  });
}

/** In a page of its own: what is refused is complained of. */
async function policyChecks(t, browser, world) {
  await t.check('nothing that is put into the page runs or gets out', async () => {
    const page = await Dashboard.open(browser, world.url);
    const { port } = new URL(world.url);
    const got = await page.page.evaluate(async (other) => {
      window.refused = new Set();
      document.addEventListener('securitypolicyviolation',
        (event) => window.refused.add(event.effectiveDirective));
      document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="window.ran = 1">'
        + '<p style="color: red">');
      const script = document.createElement('script');
      script.textContent = 'window.ran = 2';
      document.body.append(script);
      return fetch(other).then(() => 'out', () => 'refused');
    }, `http://localhost:${port}/status`);
    same(got, 'refused', 'what was asked for elsewhere');
    for (const directive of ['connect-src', 'script-src-elem', 'style-src-attr']) {
      await eventually(() => page.page.evaluate((one) => window.refused.has(one), directive),
        true, directive);
    }
    same(await page.page.evaluate(() => window.ran ?? 0), 0, 'what ran');
    await page.close();
  });
}

async function tokenChecks(t, browser) {
  const world = await World.start('--workers', '1', '--token', TOKEN);
  try {
    await t.check('with a token: 401 without it', async () => {
      for (const path of ['/', '/status', '/metrics']) {
        same((await fetch(world.url + path)).status, 401, path);
      }
      same((await fetch(`${world.url}/healthz`)).status, 200, '/healthz');
      const headers = { Authorization: `Bearer ${TOKEN}` };
      same((await world.status(headers)).totals.processes, 1, 'Bearer');
    });
    await t.check('a browser gives it as a password, and keeps it for the requests', async () => {
      const page = await Dashboard.open(browser, world.url,
        { httpCredentials: { username: 'me', password: TOKEN } });
      await eventually(() => page.health(), 'good', 'verdict');
      await world.do('connect', { count: 2 });
      await world.do('enter', { client: 0, uid: 'ann', group: 'lobby' });
      await eventually(() => page.bars('uids'), [['ann', '1']], 'uids');
      // One process: its list is the whole.
      same((await page.text('#uids')).includes('Each process'), false, 'no sum');
      same(page.complaints, [], 'console');
      await page.close();
    });
    await t.check('and may have it in the URL', async () => {
      const page = await Dashboard.open(browser,
        world.url.replace('//', `//me:${encodeURIComponent(TOKEN)}@`));
      await eventually(() => page.health(), 'good', 'verdict');
      same(page.complaints, [], 'console');
      await page.close();
    });
  } finally {
    await world.close();
  }
}

async function main() {
  const t = new Checks();
  const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS });
  const world = await World.start('--workers', '2');
  try {
    if (options.screenshots) {
      await takeScreenshots(browser, world, options.screenshots);
      return 0;
    }
    await textChecks(t);
    await partChecks(t);
    const page = await Dashboard.open(browser, world.url);
    await figureChecks(t, world, page);
    if (t.failed > 0) return t.summary(); // the rest would only wait in vain
    await nameChecks(t, world, page);
    await settingChecks(t, page);
    await failureChecks(t, world, page);
    await t.check('nothing was asked for elsewhere, nothing complained of', async () => {
      same(page.elsewhere, [], 'requests');
      same(page.complaints, [], 'console');
    });
    await policyChecks(t, browser, world);
    await tokenChecks(t, browser);
  } finally {
    await browser.close();
    await world.close();
  }
  return t.summary();
}

main().then((status) => process.exit(status), (error) => {
  console.error(error);
  process.exit(1);
});
