// The integration: WebSocket → init → bind.php → send_message.php.

import { t, translateDocument } from './lang.js';
import { connect } from './socket.js';
import { $, notice, paintAvatar, showMessage, showMyGroups, showOnline, showSteps, suggest } from './view.js';

translateDocument();

const REFRESH = 3000; // ms between looks at who is online

// Each tab is a person of its own: sessionStorage survives a reload, and a new
// tab starts without it.
const me = JSON.parse(sessionStorage.getItem('me') ?? 'null') ?? { name: '', groups: [] };
let clientId = null; // of the present connection
let bound = false;   // bind.php has tied this connection to `me`
let online = { connections: 0, users: [], groups: [] };

function remember() {
  sessionStorage.setItem('me', JSON.stringify(me));
}

async function ask(path, body) {
  const response = await fetch(path, body && {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const data = await response.json().catch(() => null);
  if (!response.ok || !data) {
    throw new Error(t(data?.error ?? 'The server answered {status}.', { status: response.status }));
  }
  return data;
}

/** Runs `job` for a form: one at a time, its failure shown beside it. */
function guarded(form, noticeId, job) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('[type="submit"]');
    if (button.disabled) return;
    button.disabled = true;
    notice(noticeId, '');
    try {
      if (!clientId) throw new Error(t('Not connected at the moment.'));
      await job();
    } catch (error) {
      notice(noticeId, error.message);
    } finally {
      button.disabled = false;
    }
  });
}

// ---- who we are -------------------------------------------------------------

async function bind() {
  const id = clientId;
  const answer = await ask('bind.php', { client_id: id, name: me.name, groups: me.groups });
  if (id !== clientId) return; // reconnected meanwhile: that one binds again
  me.name = answer.user;
  bound = true;
  remember();
  showMe();
  refresh();
}

function showMe() {
  showSteps({
    init: clientId !== null,
    bound: bound && `Gateway::bindUid(…, '${me.name}')`,
    joined: bound && me.groups.length > 0 && `Gateway::joinGroup(…, '${me.groups.at(-1)}')`,
    push: bound && `${config.gwctl} send-to-uid '${me.name}' '${t('hello from a terminal')}'`,
  });
  document.body.classList.toggle('signed-in', bound);
  $('sign-in').hidden = bound;
  for (const id of ['me', 'my-groups-box', 'send']) $(id).hidden = !bound;
  if (!bound) return;
  $('my-name').textContent = me.name;
  paintAvatar($('my-avatar'), me.name);
  document.title = t('{name} · Push demo', { name: me.name });
  showMyGroups(me.groups, leave);
}

async function changeGroup(action, group) {
  await ask('group.php', { client_id: clientId, action, group });
  me.groups = me.groups.filter((name) => name !== group);
  if (action === 'join') me.groups.push(group);
  remember();
  showMe();
}

async function leave(group) {
  notice('group-notice', '');
  try {
    await changeGroup('leave', group);
  } catch (error) {
    notice('group-notice', error.message);
  }
}

guarded($('sign-in'), 'sign-in-notice', async () => {
  me.name = $('name').value.trim();
  const group = $('group').value.trim();
  me.groups = group ? [group] : [];
  await bind();
  $('text').focus();
});

guarded($('join'), 'group-notice', async () => {
  await changeGroup('join', $('join-group').value.trim());
  $('join').reset();
});

$('sign-out').addEventListener('click', () => {
  sessionStorage.removeItem('me');
  location.reload(); // a new connection knows nothing of the old name
});

// ---- messages ---------------------------------------------------------------

const choice = () => $('send').elements.to.value;

function showRecipient() {
  const to = choice();
  $('recipient').hidden = to === 'all';
  $('target').required = to !== 'all';
  suggest(to === 'group'
    ? online.groups.map((group) => group.name)
    : online.users.map((user) => user.name).filter((name) => name !== me.name));
}

function pick(kind, name) {
  $('send').elements.to.value = kind;
  $('target').value = name;
  showRecipient();
  $('text').focus();
}

$('send').addEventListener('change', (event) => {
  if (event.target.name !== 'to') return;
  $('target').value = '';
  showRecipient();
});

// Enter sends, Shift+Enter breaks the line, and Enter that ends a composition
// of an input method does neither.
$('text').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('send').requestSubmit();
});

guarded($('send'), 'send-notice', async () => {
  const text = $('text').value;
  const answer = await ask('send_message.php', {
    client_id: clientId, to: choice(), target: $('target').value.trim(), text,
  });
  showMessage(answer.message, me.name, false);
  if (!answer.reached) {
    notice('send-notice', t('Nobody is there: {name} is not online.', { name: answer.message.target }), 'hint');
  }
  if ($('text').value === text) $('text').value = ''; // not what was typed since
  $('text').focus();
});

// ---- who is online ------------------------------------------------------------

let refreshing = false;
let again = false;
let shown = ''; // what the lists were last made from

async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    online = await ask('online.php');
    notice('online-notice', '');
    const now = JSON.stringify([online, me.name, bound]);
    if (now !== shown) {
      shown = now;
      showOnline(online, me.name, bound ? pick : null);
      showRecipient();
    }
  } catch (error) {
    notice('online-notice', error.message);
  } finally {
    refreshing = false;
  }
  if (again) {
    again = false;
    refresh();
  }
}

setInterval(() => {
  if (!document.hidden) refresh();
}, REFRESH);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh();
});

// ---- the connection -------------------------------------------------------------

const config = await ask('config.php');
$('about').textContent = `GatewayClient\\Gateway: ${config.class} · ${t('push service')}: ${config.service}`;
const scheme = config.websocket_scheme || (location.protocol === 'https:' ? 'wss' : 'ws');
const url = `${scheme}://${location.hostname}:${config.websocket_port}/`;
$('socket-url').textContent = url;
$('push-step').hidden = !config.gwctl;
let pushes = 0;

/** As send_message.php makes them. Others may call theirs a message, too. */
function isOurs({ type, id, from, text, time }) {
  return type === 'message' && [id, from, text].every((one) => typeof one === 'string')
    && Number.isFinite(time);
}

/** What some other program has pushed, as a message of ours. */
function pushed(data) {
  pushes += 1;
  const text = typeof data.text === 'string' ? data.text : JSON.stringify(data);
  return { id: `push-${pushes}`, from: null, text, time: Date.now() };
}

const socket = connect(url, {
  state(state, text, countdown = '') {
    $('state').dataset.state = state;
    if ($('state-text').textContent !== text) $('state-text').textContent = text;
    $('countdown').textContent = countdown;
    $('retry').hidden = state !== 'offline';
    showSteps({ open: state === 'open' || state === 'online' });
    if (state === 'online') return;
    clientId = null;
    $('client-id').textContent = '–';
    showSteps({ init: false, bound: false, joined: false, push: false });
  },
  init(id) {
    clientId = id;
    bound = false;
    $('client-id').textContent = id;
    showSteps({ init: true });
    if (me.name) {
      bind().catch((error) => {
        showMe();
        notice('sign-in-notice', error.message);
      });
    } else {
      refresh();
    }
  },
  message(data) {
    if (data.type === 'online_changed') refresh();
    else showMessage(isOurs(data) ? data : pushed(data), me.name, true);
  },
});
$('retry').addEventListener('click', socket.retry);

$('name').value = me.name;
if (!me.name) $('name').focus();
showMe();
refresh();
