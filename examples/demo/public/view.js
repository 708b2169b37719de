// Everything that touches the document. Text from others only ever goes through
// textContent.

import { t } from './lang.js';

export const $ = (id) => document.getElementById(id);

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function paintAvatar(node, name) {
  let hue = 0;
  for (const c of name) hue = (hue * 31 + c.codePointAt(0)) % 360;
  node.style.setProperty('--hue', hue);
  node.textContent = [...name][0].toUpperCase();
  return node;
}

function avatar(name) {
  const node = paintAvatar(element('span', 'avatar'), name);
  node.setAttribute('aria-hidden', 'true');
  return node;
}

/** In an avatar's place. */
function sign(text) {
  const node = element('span', 'avatar sign', text);
  node.setAttribute('aria-hidden', 'true');
  return node;
}

/** Which steps are done; a string says also by what. Others stay as they are. */
export function showSteps(steps) {
  for (const [name, done] of Object.entries(steps)) {
    const item = document.querySelector(`[data-step="${name}"]`);
    item.dataset.done = String(Boolean(done));
    if (typeof done === 'string') item.querySelector('code').textContent = done;
  }
}

export function notice(id, text, kind = 'error') {
  $(id).textContent = text;
  $(id).dataset.kind = kind;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit', minute: '2-digit', second: '2-digit',
});

function aim(message, me) {
  switch (message.to) {
    case 'uid':
      return message.target === me ? t('to you') : t('to {name}', { name: message.target });
    case 'group': return t('to group {name}', { name: message.target });
    case 'all': return t('to everyone');
    default: return t('not from a page');
  }
}

// The newest message stays in view, also when the list gets smaller (a phone's
// keyboard opens), unless the reader has scrolled up.
let following = true;

function follow() {
  if (following) $('messages').scrollTop = $('messages').scrollHeight;
}

$('messages').addEventListener('scroll', () => {
  const list = $('messages');
  following = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
});
new ResizeObserver(follow).observe($('messages'));

/** Shows a message once, whether it comes by the socket, as the answer to a
 *  sender, or both. */
export function showMessage(message, me, received) {
  const list = $('messages');
  let item = list.querySelector(`[data-id="${CSS.escape(message.id)}"]`);
  if (!item) {
    item = messageItem(message, me);
    $('empty').hidden = true;
    list.append(item);
    following ||= message.from === me;
    follow();
  }
  if (received) item.dataset.received = 'true';
}

function messageItem(message, me) {
  const item = element('li', message.from === me ? 'message mine' : 'message');
  item.dataset.id = message.id;

  const time = element('time', '', clock.format(message.time));
  time.dateTime = new Date(message.time).toISOString();
  const head = element('p', 'head');
  head.append(
    element('strong', '', message.from === me ? t('You') : message.from ?? t('Push')),
    element('span', 'aim', aim(message, me)),
    time,
  );
  const body = element('div', 'body');
  body.append(head, element('p', 'text', message.text));
  item.append(message.from === null ? sign('⇣') : avatar(message.from), body);
  return item;
}

/** Replaces a list's rows, keeping the keyboard's place. */
function fill(list, rows) {
  const focused = list.contains(document.activeElement)
    ? document.activeElement.dataset.key : undefined;
  list.replaceChildren(...rows);
  if (focused !== undefined) {
    list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

function row(icon, name, small, note, onPick) {
  const button = element('button');
  button.type = 'button';
  button.dataset.key = name;
  button.disabled = !onPick;
  const what = element('span', 'what', name);
  if (small) what.append(element('small', '', small));
  button.append(icon, what, element('span', 'note', note));
  if (onPick) button.addEventListener('click', () => onPick(name));
  const item = element('li');
  item.dataset.name = name;
  item.append(button);
  return item;
}

const plural = (n, one) => t(`{n} ${one}${n === 1 ? '' : 's'}`, { n });

/** online.php's answer. `pick(kind, name)` is called for a clicked row; null
 *  when nothing can be sent yet. */
export function showOnline(online, me, pick) {
  $('connections').textContent = plural(online.connections, 'connection');

  const users = online.users.map((user) => row(
    avatar(user.name), user.name, user.name === me ? t('you') : '',
    plural(user.pages, 'page'), pick && ((name) => pick('uid', name)),
  ));
  const groups = online.groups.map((group) => row(
    sign('#'), group.name, group.members.join(', '), plural(group.pages, 'page'),
    pick && ((name) => pick('group', name)),
  ));
  fill($('users'), users.length ? users : [element('li', 'nobody', t('Nobody has signed in.'))]);
  fill($('groups'), groups.length ? groups : [element('li', 'nobody', t('No groups.'))]);
}

export function showMyGroups(groups, onLeave) {
  fill($('my-groups'), groups.map((group) => {
    const item = element('li');
    item.dataset.name = group;
    const leave = element('button', '', '✕');
    leave.type = 'button';
    leave.dataset.key = group;
    leave.setAttribute('aria-label', t('Leave {name}', { name: group }));
    leave.addEventListener('click', () => onLeave(group));
    item.append(element('span', '', group), leave);
    return item;
  }));
}

export function suggest(names) {
  $('suggestions').replaceChildren(...names.map((name) => {
    const option = element('option');
    option.value = name;
    return option;
  }));
}
