'use strict';
// A page in Chromium: sends messages and compares what comes back.
//
//   node chromium.js CHROMIUM URL text|binary BYTES...
//
// The server echoes. No certificate is checked. Exits 0 when all came back the
// same, and of the same type.

const { chromium } = require('playwright-core');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const [path, url, type, ...sizes] = process.argv.slice(2);

/** Runs in the page. */
async function exchangeAll({ url, type, sizes }) {
  const message = (bytes) => {
    if (type === 'text') {
      return 'aé好👋'.repeat(Math.floor(bytes / 10)) + 'x'.repeat(bytes % 10);
    }
    return Uint8Array.from({ length: bytes }, (_, i) => i * 31);
  };
  const same = (sent, got) => {
    if (type === 'text') return sent === got;
    const bytes = new Uint8Array(got);
    return bytes.length === sent.length && bytes.every((byte, i) => byte === sent[i]);
  };
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const next = (event) => new Promise((resolve, reject) => {
    socket.addEventListener(event, resolve, { once: true });
    socket.addEventListener('close', ({ code }) => reject(new Error(`closed with ${code}`)),
      { once: true });
  });
  await next('open');
  for (const bytes of sizes) {
    const sent = message(bytes);
    const answer = next('message');
    socket.send(sent);
    if (!same(sent, (await answer).data)) throw new Error(`${bytes}: not the same`);
  }
  const closed = new Promise((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code), { once: true });
  });
  socket.close(1000);
  if (await closed !== 1000) throw new Error('closed otherwise');
}

async function main() {
  const browser = await chromium.launch({ executablePath: path, args: FLAGS });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.evaluate(exchangeAll, { url, type, sizes: sizes.map(Number) });
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
