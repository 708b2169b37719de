// A WebSocket that comes back after every loss, with growing pauses.

import { t } from './lang.js';

const PAUSES = [1, 2, 4, 8, 15]; // seconds
const INIT_LIMIT = 5000;         // ms from open until the init message is missed

/**
 * Connects to `url` and stays connected.
 *
 * on.state(state, text): "connecting", "open", "online" (the client_id is here)
 *     or "offline"; the text is for people. A third one counts down, once a second:
 *     not for a screen reader.
 * on.init(clientId): once per connection; every connection has a new id.
 * on.message(data): everything else that the server pushes; what is no JSON
 *     object is { text }.
 */
export function connect(url, on) {
  let socket = null;
  let losses = 0;
  let timer = 0;

  function open() {
    clearTimeout(timer);
    on.state('connecting', t('Connecting…'));
    socket = new WebSocket(url);
    const mine = socket; // events of a socket that was given up are ignored

    mine.onopen = () => {
      if (mine !== socket) return;
      on.state('open', t('Connecting…'));
      timer = setTimeout(() => {
        on.state('open', t('Connected, but no init message came'));
      }, INIT_LIMIT);
    };
    mine.onmessage = (event) => {
      if (mine === socket) receive(event.data);
    };
    mine.onclose = () => {
      if (mine === socket) lost();
    };
  }

  function receive(text) {
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      data = null;
    }
    if (data?.type === 'init' && typeof data.client_id === 'string') {
      clearTimeout(timer);
      losses = 0;
      on.state('online', t('Connected'));
      on.init(data.client_id);
    } else {
      on.message(data !== null && typeof data === 'object' ? data : { text });
    }
  }

  function lost() {
    clearTimeout(timer);
    socket = null;
    let left = PAUSES[Math.min(losses++, PAUSES.length - 1)];
    const tick = () => {
      if (left === 0) return open();
      on.state('offline', t('Offline'), t(', retry in {left} s', { left }));
      left -= 1;
      timer = setTimeout(tick, 1000);
    };
    tick();
  }

  function retry() {
    if (socket === null) open();
  }

  window.addEventListener('online', retry);
  open();
  return { retry };
}
