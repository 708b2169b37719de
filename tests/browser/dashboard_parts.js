'use strict';
// Parts of the dashboard, without a browser: what is counted over time, and colours.

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { same } = require('./checks');

const FOLDER = path.join(__dirname, '../../gatewayd/src/status/dashboard');

const read = (name) => fs.readFileSync(path.join(FOLDER, name), 'utf8');
const { Records, MEASURES } = vm.runInNewContext(
  `${['strings.js', 'text.js', 'records.js'].map(read).join('\n')}\n({ Records, MEASURES })`,
);
const OUT = MEASURES.findIndex(({ key }) => key === 'messagesOut');

/** An answer of /status at a second of the daemon's clock. */
function answer(second, { out = 0, dropped = 0, started = 1 } = {}) {
  const counted = {
    connections: 1, uids: 0, groups: 0, messages_in: 0, messages_out: out, dropped,
    worker_dropped: 0, loop_lag_us: 0, memory: 0, accepted: 1,
  };
  return {
    started, clock_us: second * 1e6, totals: counted,
    processes: [{ process: '0', restarts: 0, ...counted }],
  };
}

const outRate = (records) => Math.round(Records.value(records.last(), OUT, 'all'));

async function recordChecks(t) {
  await t.check('a rate is by the clock of the daemon', async () => {
    const records = new Records();
    records.add(answer(100, { out: 1000 }), 0, false);
    records.add(answer(101, { out: 1100 }), 4000, false); // was 3 s on its way
    same(outRate(records), 100, 'after a slow answer');
    records.add(answer(104, { out: 1400 }), 4005, false);
    same(outRate(records), 100, 'after the next one');
    records.add(answer(28904, { out: 2881400 }), 5000, true); // the computer slept
    same(outRate(records), 100, 'after eight hours of sleep');
    same(records.since(60000).length, 1, 'samples of the last minute');
  });
  await t.check('time goes on over a restart, also of the whole machine', async () => {
    const records = new Records();
    records.add(answer(5000), 1000, false);
    records.add(answer(5001), 2000, false);
    records.add(answer(30, { started: 2 }), 62000, true);
    records.add(answer(31, { started: 2, out: 7 }), 63000, false);
    same(records.samples.map(({ time, gap }) => [time, gap]),
      [[0, true], [1000, false], [61000, true], [62000, false]], 'samples');
    same(outRate(records), 7, 'rate');
  });
  await t.check('what is lost is seen by a tab that asks once a minute', async () => {
    const records = new Records();
    const lost = () => records.growth(60000, ({ dropped }) => dropped);
    records.add(answer(0, { dropped: 3 }), 0, false);
    records.add(answer(60.02, { dropped: 8 }), 60020, false);
    same(lost(), 5, 'lost');
    records.add(answer(200, { dropped: 9 }), 200000, false);
    same(lost(), 0, 'after more than two minutes');
  });
}

function colours(name) {
  return Object.fromEntries([...read(name).matchAll(/--([\w-]+): #(\w{6});/g)]
    .map(([, key, value]) => [key, value]));
}

/** WCAG 2.2, relative luminance */
function luminance(colour) {
  const [r, g, b] = colour.match(/../g).map((two) => parseInt(two, 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

async function colourChecks(t) {
  await t.check('what is written in a colour can be read', async () => {
    const poor = [];
    for (const sheet of ['style.css', 'dark.css']) {
      const all = colours(sheet);
      const pairs = Object.keys(all).filter((key) => key.startsWith('line-'))
        .concat('ink', 'soft', 'bad').map((key) => [key, 'card']);
      for (const state of ['good', 'warn', 'bad']) pairs.push([state, `${state}-back`]);
      poor.push(...pairs.filter(([text, back]) => contrast(all[text], all[back]) < 4.5)
        .map((pair) => `${sheet} ${pair.join(' on ')}`));
    }
    same(poor, [], 'pairs under 4.5:1');
  });
}

async function partChecks(t) {
  await recordChecks(t);
  await colourChecks(t);
}

module.exports = { partChecks };
