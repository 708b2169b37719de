'use strict';
// A page of somebody who is signed in, in Chromium: its requests and what it
// writes to its console, a line each, until SIGTERM.
//
//   node listening_page.js CHROMIUM LOGIN-URL PAGE-URL

const { open } = require('../hosts/browser/guest');

const [path, login, url] = process.argv.slice(2);

async function main() {
  const browser = await open(path);
  const context = await browser.newContext();
  await context.request.get(login);
  const page = await context.newPage();
  page.on('console', (line) => console.log(`console: ${line.text()}`));
  page.on('pageerror', (error) => console.log(`error: ${error.message}`));
  page.on('response', (answer) => {
    if (answer.request().method() !== 'POST') return;
    console.log(`POST ${new URL(answer.url()).pathname}: ${answer.status()}`);
  });
  await page.goto(url);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
