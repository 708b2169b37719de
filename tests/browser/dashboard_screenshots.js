'use strict';
// Pictures of the dashboard.

const path = require('node:path');
const { Dashboard } = require('./dashboard_page');
const { eventually } = require('./checks');

const SECONDS = 40; // of history under load

async function picture(page, folder, name) {
  await page.page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}

async function takeScreenshots(browser, world, folder) {
  const page = await Dashboard.open(browser, world.url);
  const phone = await Dashboard.open(browser, world.url, { viewport: { width: 360, height: 740 } });
  const chinese = await Dashboard.open(browser, world.url, { locale: 'zh-CN' });
  await eventually(() => page.verdict(), 'good', 'verdict');
  await page.page.waitForTimeout(15000);
  await picture(page, folder, 'idle');
  await world.do('connect', { count: 60 });
  for (let client = 0; client < 60; client += 1) {
    const uid = ['ann', 'bob', 'carol', 'dave', 'eve'][Math.floor(Math.sqrt(client / 3))] ?? 'zoe';
    await world.do('enter', { client, uid, group: client % 3 === 0 ? 'lobby' : 'support' });
  }
  await world.do('burden', { connections: 4000, uids: 5000, broadcasts: 0 });
  for (let second = 0; second < SECONDS; second += 1) {
    await world.do('say', { count: 1 + (second % 5) });
    await page.page.waitForTimeout(1000);
  }
  await picture(page, folder, 'load');
  await page.page.emulateMedia({ colorScheme: 'dark' });
  await page.page.waitForTimeout(1500);
  await picture(page, folder, 'dark');
  await picture(phone, folder, 'phone');
  await picture(chinese, folder, 'chinese');
  await world.do('relieve');
  await world.do('stop');
  await eventually(() => page.verdict(), 'bad', 'verdict');
  await page.page.waitForTimeout(3000);
  await picture(page, folder, 'gone');
}

module.exports = { takeScreenshots };
