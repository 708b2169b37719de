'use strict';
// The page's half of a push: connects, tells the application who this page is,
// and shows what comes. The page has its paths in data-bind and data-ws of the
// body, and the framework's CSRF token in <meta name="csrf-token">. data-ws may be a
// whole URL, too, like ws://127.0.0.1:7272, where no web server passes /ws on.

const { bind, ws = '/ws' } = document.body.dataset;
const WS = new URL(ws, location.href.replace(/^http/, 'ws'));
const TOKEN = document.querySelector('meta[name="csrf-token"]').content;

/** The promise of the Response. A redirection, as to a login, is no success. */
function post(path, data) {
  return fetch(path, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': TOKEN },
    body: JSON.stringify(data),
  });
}

function state(name, text) {
  const node = document.getElementById('state');
  node.dataset.state = name;
  node.textContent = text;
}

/** A push that is no JSON object, as by `gwctl send-to-uid`, is its text. */
function read(data) {
  try {
    const message = JSON.parse(data);
    if (message !== null && typeof message === 'object') return message;
  } catch { /* plain text */ }
  return { text: data };
}

/** Text from others only ever goes through textContent and attributes. */
function show(message) {
  const item = document.createElement('li');
  item.dataset.from = message.from ?? 'notice';
  item.textContent = message.text;
  document.getElementById('messages').append(item);
  item.scrollIntoView({ block: 'nearest' });
}

// A network that has forgotten a connection tells nobody, and a page that only
// listens never finds out. So gatewayd says something now and then, with
//   ping_interval = 30
//   ping_data = {"type":"ping"}
const BEAT = 30000; // ms

let losses = 0;

function connect() {
  const socket = new WebSocket(WS);
  let watch = 0;
  let silent = 0; // beats since the last message
  state('connecting', 'connecting');
  const lost = () => {
    socket.onclose = null;
    clearInterval(watch);
    socket.close(); // nobody may be there to answer that
    state('offline', `offline, trying ${WS} again`);
    // Not all pages at once when a gateway comes back.
    losses = Math.min(losses + 1, 5);
    setTimeout(connect, 1000 * losses * (0.5 + Math.random()));
  };
  const beat = () => {
    silent += 1; // by one after a sleep, too, so what came meanwhile is read
    if (silent > 2) lost();
  };
  socket.onmessage = async (event) => {
    const message = read(event.data);
    silent = 0;
    if (message.type === 'ping') {
      if (watch === 0) watch = setInterval(beat, BEAT);
      return;
    }
    if (message.type !== 'init') {
      show(message);
      return;
    }
    // Every connection has a new client_id, which the application binds anew.
    document.getElementById('client-id').textContent = message.client_id;
    let answer;
    try {
      answer = await post(bind, { client_id: message.client_id });
    } catch {
      answer = { status: 503 }; // the network
    }
    if (socket.readyState !== WebSocket.OPEN) return;
    if (answer.ok) {
      losses = 0;
      state('online', 'online');
    } else if (answer.status >= 500 || [409, 429].includes(answer.status)) {
      socket.close(); // may go better with the next connection
    } else {
      state('refused', answer.status ? `not bound: ${answer.status}` : 'signed out');
    }
  };
  socket.onclose = lost;
}

for (const form of document.querySelectorAll('form[id^="push-"]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { text } = form.elements;
    const sent = text.value;
    let ok = false;
    try {
      ({ ok } = await post(form.action, Object.fromEntries(new FormData(form))));
    } catch { /* the network: as refused */ }
    if (ok && text.value === sent) text.value = ''; // not what was typed since
    form.classList.toggle('failed', !ok);
    if (!ok) show({ from: 'not sent', text: sent });
  });
}

connect();
