'use strict';
// npm's ws: sends messages and compares what comes back.
//
//   node echo.js URL text|binary BYTES...
//
// The server echoes. No certificate is checked. Exits 0 when all came back the
// same, and of the same type.

const { WebSocket } = require('ws');

const [url, type, ...sizes] = process.argv.slice(2);

/** Text of that many bytes, in characters of one to four. */
function text(bytes) {
  const unit = 'aé好👋'; // 10 bytes
  return unit.repeat(Math.floor(bytes / 10)) + 'x'.repeat(bytes % 10);
}

function message(bytes) {
  if (type === 'text') return text(bytes);
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => i * 31));
}

function exchange(socket, bytes) {
  const sent = message(bytes);
  return new Promise((resolve, reject) => {
    socket.once('message', (data, isBinary) => {
      if (isBinary !== (type === 'binary')) reject(new Error(`${bytes}: another type`));
      else if (!Buffer.from(sent).equals(data)) reject(new Error(`${bytes}: not the same`));
      else resolve();
    });
    socket.once('close', (code) => reject(new Error(`${bytes}: closed with ${code}`)));
    socket.send(sent);
  });
}

async function main() {
  const socket = new WebSocket(url, { rejectUnauthorized: false, perMessageDeflate: true });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  for (const bytes of sizes) {
    await exchange(socket, Number(bytes));
    socket.removeAllListeners('close');
  }
  const closed = new Promise((resolve) => { socket.once('close', resolve); });
  socket.close(1000);
  if (await closed !== 1000) throw new Error('closed otherwise');
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
