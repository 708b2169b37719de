'use strict';
// The texts of the dashboard, without a browser: the same in both languages, and
// none that is missing or of no use.

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { same } = require('./checks');

const FOLDER = path.join(__dirname, '../../gatewayd/src/status/dashboard');

const read = (name) => fs.readFileSync(path.join(FOLDER, name), 'utf8');
const STRINGS = vm.runInNewContext(`${read('strings.js')}\nSTRINGS`);

function names(text) {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();
}

/** All that a text may come to; a form for one thing may leave its number out. */
function forms(text) {
  return typeof text === 'string' ? [text] : Object.values(text);
}

function keysUsed() {
  const used = new Set(['close_']);
  for (const name of fs.readdirSync(FOLDER).filter((one) => /\.(js|html)$/.test(one))) {
    if (name === 'strings.js') continue;
    for (const [, key] of read(name).matchAll(/data-t(?:-label)?="(\w+)"/g)) used.add(key);
    for (const [, key] of read(name).matchAll(/'(\w+)'/g)) used.add(key);
  }
  return used;
}

function reasons() {
  const header = fs.readFileSync(path.join(FOLDER, '../../core/metrics.h'), 'utf8');
  return [...header.matchAll(/^ +X\(\w+, "(\w+)"\)/gm)].map(([, reason]) => `close_${reason}`);
}

async function textChecks(t) {
  const [en, zh] = [STRINGS.en, STRINGS.zh];
  await t.check('both languages have the same texts', async () => {
    same(Object.keys(zh), Object.keys(en), 'keys');
    for (const key of Object.keys(en)) {
      same(names(zh[key].other ?? zh[key]), names(en[key].other ?? en[key]), `names in ${key}`);
      same(forms(zh[key]).concat(forms(en[key])).every((text) => text.trim() !== ''), true, key);
    }
  });
  await t.check('one process is not told as many', async () => {
    const say = vm.runInNewContext(`${read('strings.js')}\n${read('text.js')}
      ((code, n) => { language = code; return t('wellHow', { n }); })`);
    same(say('en', 1).startsWith('One process runs'), true, say('en', 1));
    same(say('zh', 1).startsWith('进程运行正常'), true, say('zh', 1));
    same(say('zh', 3).startsWith('3 个进程都在运行'), true, say('zh', 3));
  });
  await t.check('every text is used, and every one that is used is there', async () => {
    const used = keysUsed();
    const wanted = reasons();
    same(wanted.length > 10, true, 'reasons found');
    same(wanted.filter((key) => !(key in en)), [], 'reasons without a text');
    same(Object.keys(en).filter((key) => !used.has(key) && !wanted.includes(key)), [],
      'texts that nobody uses');
    const asked = [...read('page.html').matchAll(/data-t(?:-label)?="(\w+)"/g)]
      .map(([, key]) => key);
    for (const name of ['page.js', 'plot.js', 'tables.js', 'records.js']) {
      asked.push(...[...read(name).matchAll(/\bt\('(\w+)'/g)].map(([, key]) => key));
    }
    same(asked.filter((key) => !(key in en)), [], 'texts that are missing');
  });
  await t.check('Chinese is Chinese', async () => {
    const latin = Object.keys(zh).filter((key) => forms(zh[key]).every(
      (text) => !/\p{Script=Han}/u.test(text)));
    same(latin.sort(), ['ago', 'close_destroy', 'close_kick', 'pid'], 'texts without');
  });
}

module.exports = { textChecks };
