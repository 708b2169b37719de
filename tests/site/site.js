'use strict';
// The site of the docs in a browser.
//
//   node site.js --chromium PATH [--screenshots DIR]
//
// Prints what is wrong and "N passed, N failed"; exits 0 when all passed.

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { chromium } = require('playwright-core');
const { Checks, LIMIT, same } = require('../browser/checks');
const { fileOf, pagesOf, serve } = require('./server');

const ROOT = path.resolve(__dirname, '../..');
const SITE = path.join(ROOT, 'out/site');
const PHONE = { width: 360, height: 740 };
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const { values: options } = parseArgs({
  options: {
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    screenshots: { type: 'string' },
  },
});

/** What a page says of itself in the browser. */
function look() {
  const links = [...document.querySelectorAll('a[href]')]
    .map((link) => link.href).filter((link) => /^https?:/.test(link));
  const root = document.documentElement;
  const wide = root.scrollWidth > window.innerWidth;
  return {
    title: document.title,
    heading: document.querySelector('h1')?.textContent.replace(/[\u200b#]/g, '').trim(),
    language: root.lang,
    links: [...new Set(links)],
    anchors: [...document.querySelectorAll('[id]')].map((element) => element.id),
    broken: [...document.images].filter((image) => image.complete && !image.naturalWidth)
      .map((image) => image.src),
    wide: wide ? `${root.scrollWidth} > ${window.innerWidth}` : '',
  };
}

/** Until VitePress has taken the page over: before, a click in it is lost. Files of the
 *  repository are without. */
async function takenOver(page) {
  await page.waitForFunction(() => !document.querySelector('#app')
    || document.querySelector('#app').__vue_app__);
}

class Site {
  constructor(browser, origin) {
    this.browser = browser;
    this.origin = origin;
    this.seen = new Map();
  }

  async context(settings = {}) {
    const context = await this.browser.newContext(settings);
    const faults = [];
    await context.route((url) => url.origin !== this.origin && url.protocol !== 'data:',
      (route) => {
        faults.push(`asks for ${route.request().url()}`);
        return route.abort();
      });
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
    });
    context.on('weberror', (error) => faults.push(String(error.error())));
    return { context, faults };
  }

  async open(page, url) {
    const answer = await page.goto(this.origin + url, { waitUntil: 'load' });
    await takenOver(page);
    return answer;
  }

  /** Every page in turn, by some browser windows at once. */
  async visit(all) {
    const left = [...all];
    const windows = [1, 2].map(async () => {
      const { context, faults } = await this.context({ viewport: PHONE });
      const page = await context.newPage();
      while (left.length) {
        const url = left.shift();
        faults.length = 0;
        const answer = await this.open(page, url);
        await page.evaluate(() => Promise.all([...document.images].map((image) => {
          image.loading = 'eager';
          return image.decode().catch(() => {});
        })));
        this.seen.set(url, { ...await page.evaluate(look), status: answer.status(),
          faults: [...faults] });
      }
      await context.close();
    });
    await Promise.all(windows);
  }

  /** What is wrong with the links of a page. */
  dead(url) {
    return this.seen.get(url).links.filter((link) => {
      const { origin, pathname, hash } = new URL(link);
      if (origin !== this.origin) return false;
      if (!fileOf(SITE, pathname)) return true;
      const there = this.seen.get(pathname);
      return hash && !there?.anchors.includes(decodeURIComponent(hash.slice(1)));
    });
  }
}

/** Where the same page is in the other language. */
function counterpart(url) {
  return url.startsWith('/zh/') ? url.slice(3) : `/zh${url}`;
}

async function pageChecks(t, site, all) {
  const fault = (url) => {
    const page = site.seen.get(url);
    const plain = url.startsWith('/source/');
    const chinese = url.startsWith('/zh/');
    const dead = site.dead(url);
    return [
      ...page.faults,
      ...(page.status === 200 ? [] : [`status ${page.status}`]),
      ...(page.heading && page.title.startsWith(page.heading) ? []
        : [`the title is ${page.title}, the heading ${page.heading}`]),
      ...page.broken.map((image) => `no picture ${image}`),
      ...dead.map((link) => `dead: ${link}`),
      ...(page.wide ? [`scrolls sideways on a phone: ${page.wide}`] : []),
      ...(plain || page.language === (chinese ? 'zh-CN' : 'en') ? []
        : [`the language is ${page.language}`]),
      ...(plain || all.includes(counterpart(url)) ? [] : ['no page in the other language']),
    ];
  };
  for (const url of all) {
    await t.check(url, async () => same(fault(url), [], 'faults'));
  }
}

/** Every page of the repository that people read has its place in the menu. */
async function menuChecks(t) {
  const listed = JSON.parse(fs.readFileSync(`${ROOT}/docs/site/sidebar.json`, 'utf8'))
    .flatMap((group) => group.pages.map(({ page }) => page));
  const docs = fs.readdirSync(`${ROOT}/docs`, { recursive: true }).map((name) => `docs/${name}`);
  const all = [...docs, ...fs.readdirSync(ROOT)]
    .filter((name) => name.endsWith('.md') && !name.endsWith('.zh-CN.md')).sort();
  await t.check('every page of docs/ is in the menu', async () => {
    same(listed.filter((name) => !all.includes(name)), [], 'not there');
    same(all.filter((name) => !listed.includes(name)), [], 'missing');
    same(new Set(listed).size, listed.length, 'pages');
  });
}

/** What a reader does on a screen that has room for the menu. */
async function readerChecks(t, site) {
  const { context, faults } = await site.context({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT);
  for (const [from, to, word] of [['/gatewayd.html', '/zh/gatewayd.html', '简体中文'],
    ['/zh/install/', '/install/', 'English']]) {
    await t.check(`the language switch of ${from}`, async () => {
      await site.open(page, from);
      await page.locator('.VPNavBarTranslations button').hover();
      await page.locator('.VPNavBarTranslations a', { hasText: word }).click();
      await page.waitForURL(site.origin + to);
      await page.locator('.VPSidebar a[href]').first().waitFor();
    });
  }
  for (const [home, words, found] of [['/', 'sendToUid', 'php-api'],
    ['/zh/', 'sendToUid', 'php-api'], ['/zh/', '分组', 'zh/']]) {
    await t.check(`the search of ${home} finds ${words}`, async () => {
      await site.open(page, home);
      await page.locator('#local-search button').click();
      await page.locator('#localsearch-input').fill(words);
      await page.locator(`.VPLocalSearchBox a.result[href*="${found}"]`).first().waitFor();
      await page.keyboard.press('Escape');
    });
  }
  await t.check('what the search finds is a page', async () => {
    await site.open(page, '/');
    await page.locator('#local-search button').click();
    await page.locator('#localsearch-input').fill('sendToUid');
    await page.locator('.VPLocalSearchBox a.result').first().click();
    await page.waitForURL((url) => url.pathname !== '/' || url.hash !== '');
    await page.locator('h1', { hasNotText: '404' }).first().waitFor();
  });
  await t.check('a file of the repository opens, and the way back', async () => {
    const [from] = [...site.seen].find(([url, { links }]) => !url.startsWith('/source/')
      && links.some((link) => link.startsWith(`${site.origin}/source/`)));
    await site.open(page, from);
    await page.locator('.vp-doc a[href^="/source/"]').first().click();
    await page.waitForURL(`${site.origin}/source/**`);
    await page.goBack();
    await page.waitForURL(site.origin + from);
    await takenOver(page);
  });
  await t.check('dark when the reader switches', async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.locator('.VPNavBarAppearance button').click();
    await page.waitForFunction(() => document.documentElement.classList.contains('dark'));
    if (await ground() === light) throw new Error(`the ground stays ${light}`);
  });
  await t.check('nothing was said meanwhile', async () => same(faults, [], 'faults'));
  await context.close();
}

/** A reader whose system is dark, with a phone. */
async function darkPhoneChecks(t, site) {
  const { context, faults } = await site.context({ viewport: PHONE, colorScheme: 'dark' });
  const page = await context.newPage();
  page.setDefaultTimeout(3 * LIMIT);
  await t.check('dark where the system is', async () => {
    await site.open(page, '/zh/');
    same(await page.evaluate(() => document.documentElement.className), 'dark', 'class');
  });
  await t.check('the menu of a phone', async () => {
    await page.locator('.VPLocalNav button.menu').click();
    await page.locator('.VPSidebar.open a', { hasText: '参与开发' }).click();
    await page.waitForURL(`${site.origin}/zh/contributing.html`);
    same(faults, [], 'faults');
  });
  await context.close();
}

const PICTURES = [
  ['home', '/', {}], ['home-zh', '/zh/', {}], ['options', '/options.html', {}],
  ['home-zh-dark', '/zh/', { colorScheme: 'dark' }],
  ['benchmarks-dark', '/benchmarks.html', { colorScheme: 'dark' }],
  ['thinkphp-zh', '/zh/frameworks/thinkphp.html', {}],
  ['phone', '/gatewayd.html', { viewport: PHONE }],
  ['phone-zh-dark', '/zh/', { viewport: PHONE, colorScheme: 'dark' }],
  ['source', '/source/examples/demo/index.html', {}],
];

async function pictures(site, folder) {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, url, settings] of PICTURES) {
    const { context } = await site.context({ viewport: { width: 1440, height: 1000 }, ...settings });
    const page = await context.newPage();
    await site.open(page, url);
    await page.waitForFunction(() => document.readyState === 'complete');
    await page.screenshot({ path: `${folder}/site-${name}.png` });
    if (name === 'home-zh') {
      await page.locator('#local-search button').click();
      await page.locator('#localsearch-input').fill('sendToUid');
      await page.locator('.VPLocalSearchBox a.result').first().waitFor();
      await page.screenshot({ path: `${folder}/site-search-zh.png` });
    }
    await context.close();
  }
}

async function main() {
  const t = new Checks();
  const server = await serve(SITE);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS });
  try {
    const site = new Site(browser, origin);
    const all = pagesOf(SITE).filter((url) => url !== '/404.html');
    // Files of the repository are all made alike: a few of them stand for all.
    const plain = all.filter((url) => url.startsWith('/source/'));
    const looked = [...all.filter((url) => !plain.includes(url)),
      ...plain.filter((url) => url.endsWith('/')), ...plain.slice(0, 3)];
    await site.visit(looked);
    await menuChecks(t);
    await pageChecks(t, site, [...new Set(looked)]);
    await readerChecks(t, site);
    await darkPhoneChecks(t, site);
    if (options.screenshots) await pictures(site, options.screenshots);
  } finally {
    await browser.close();
    server.close();
  }
  return t.summary();
}

main().then((status) => { process.exitCode = status; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
