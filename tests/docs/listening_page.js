'use strict';
// A page, in Chromium: its requests, what it writes to its console and which
// elements it adds to itself, a line each, until SIGTERM. With a LOGIN-URL that is
// requested before.
//
//   node listening_page.js CHROMIUM PAGE-URL [LOGIN-URL]

const { open } = require('../hosts/browser/guest');

const [path, url, login] = process.argv.slice(2);

/** In the page, before its own scripts. */
function watch() {
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const { nodeType, textContent } of addedNodes) {
        if (nodeType === Node.ELEMENT_NODE) window.told(textContent);
      }
    }
  }).observe(document, { childList: true, subtree: true });
}

async function main() {
  const browser = await open(path);
  const context = await browser.newContext();
  if (login) await context.request.get(login);
  const page = await context.newPage();
  await page.exposeFunction('told', (text) => console.log(`shown: ${text}`));
  await page.addInitScript(watch);
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
