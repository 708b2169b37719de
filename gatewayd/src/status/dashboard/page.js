'use strict';
// Asks /status once a second and shows what it says.

const EVERY_MS = 1000;
const PATIENCE_MS = 4000;
const MOST_LINES = 8; // processes that are plotted unless somebody chooses

const MARKS = {
  waiting: 'M12 6v6l4 2',
  good: 'M6 12.5l4 4 8-9',
  warn: 'M12 6v7M12 17v.5',
  bad: 'M7 7l10 10M17 7L7 17',
};
const ICONS = { waiting: '%23888', good: '%231a9f5b', warn: '%23d98a00', bad: '%23d6323b' };

const byId = (id) => document.getElementById(id);
const clockNow = () => performance.now();

const records = new Records();
const plots = MEASURES.map((_, index) => new Plot(index, records));
const view = { span: 300000, processes: ['all'], order: new Map() };
// How the last request ended: waiting, answered, lost, denied, strange.
const link = { state: 'waiting', status: 0 };
let chosen = null; // names of processes, once somebody has chosen

// ---- what this browser remembers ---------------------------------------------

function remembered(key) {
  try {
    return localStorage.getItem(`gatewayd.${key}`);
  } catch {
    return null;
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(`gatewayd.${key}`, value);
  } catch {
    // it goes on without
  }
}

// ---- the whole ---------------------------------------------------------------

/** { state, text, reasons } */
function verdict() {
  const last = records.last();
  switch (link.state) {
    case 'waiting':
      return { state: 'waiting', text: t('waiting'), reasons: [] };
    case 'denied':
      return { state: 'bad', text: t('denied'), reasons: [t('deniedHow')] };
    case 'lost':
    case 'strange':
      return {
        state: 'bad',
        text: link.state === 'lost' ? t('lost') : t('strange', { status: String(link.status) }),
        // Not for how long: that would be read aloud once a second.
        reasons: [last ? t('lostSince', { time: moment(last.wall) }) : t('lostNever')],
      };
    default: {
      const { state, reasons } = judge(records, view.span);
      const text = { good: 'well', warn: 'attention', bad: 'trouble' }[state];
      return { state, text: t(text), reasons };
    }
  }
}

function showVerdict() {
  const { state, text, reasons } = verdict();
  const box = byId('verdict');
  const title = `${{ good: '', warn: '! ', bad: '✕ ', waiting: '' }[state]}gatewayd`;
  if (box.dataset.state !== state) {
    box.dataset.state = state;
    byId('mark').setAttribute('d', MARKS[state]);
    byId('icon').href = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" '
      + `viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${ICONS[state]}"/></svg>`;
  }
  if (byId('mark').getAttribute('d') === null) byId('mark').setAttribute('d', MARKS[state]);
  if (document.title !== title) document.title = title;
  write(byId('verdict-text'), text);
  const list = byId('reasons');
  if (JSON.stringify(reasons) !== list.dataset.stamp) {
    list.dataset.stamp = JSON.stringify(reasons);
    list.replaceChildren(...reasons.map((reason) => element('li', {}, reason)));
  }
  document.body.classList.toggle('stale', ['lost', 'denied', 'strange'].includes(link.state));
}

function choose(processes) {
  chosen = processes;
  showAll();
}

function showLegend() {
  const names = ['all', ...view.order.keys()];
  const legend = byId('legend');
  if (legend.dataset.stamp !== names.join()) {
    legend.dataset.stamp = names.join();
    legend.replaceChildren(...names.map((name) => {
      const button = element('button', { type: 'button', value: name },
        element('span', { class: `chip ${lineOf(view.order, name)}` }), element('span', { class: 'word' }));
      button.addEventListener('click', () => choose(names.filter((one) => (one === name)
        !== view.processes.includes(one))));
      return button;
    }));
  }
  for (const button of legend.children) {
    write(button.querySelector('.word'), button.value === 'all' ? t('all') : button.value);
    button.setAttribute('aria-pressed', String(view.processes.includes(button.value)));
  }
}

function showAll() {
  const { status } = records;
  showVerdict();
  if (document.hidden) return; // the title and the icon can be seen all the same
  if (status) {
    const names = status.processes.map((p) => p.process);
    view.order = new Map(names.map((name, i) => [name, i]));
    view.processes = chosen ? chosen.filter((one) => one === 'all' || view.order.has(one))
      : ['all', ...(names.length > 1 ? names.slice(0, MOST_LINES) : [])];
    showLegend();
    write(byId('version'), status.version);
    write(byId('uptime'), t('uptime', { time: duration(status.uptime) }));
    showProcesses(byId('processes'), records, view.order);
    showTop(byId('uids'), status.totals.top, 'uids');
    showTop(byId('groups'), status.totals.top, 'groups');
    showClosed(byId('closed'), status.totals.closed);
    showFacts(byId('facts'), status);
  }
  for (const plot of plots) plot.update(view);
}

// ---- asking --------------------------------------------------------------------

async function ask() {
  const began = clockNow();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    // Not relative: the page's own URL may have the token in it, which fetch refuses.
    const place = new URL('status', location.origin + location.pathname);
    const answer = await fetch(place, {
      cache: 'no-store',
      // The second: a token that is refused is told here, and asked for by no dialog.
      headers: { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' },
      signal: patience.signal,
    });
    link.status = answer.status;
    if (answer.status === 401) link.state = 'denied';
    else if (!answer.ok) link.state = 'strange';
    else {
      records.add(await answer.json(), clockNow(), link.state !== 'answered');
      link.state = 'answered';
    }
  } catch {
    link.state = 'lost';
  } finally {
    clearTimeout(timer);
  }
  setTimeout(ask, Math.max(0, EVERY_MS - (clockNow() - began)));
  showAll();
}

// ---- what can be set -------------------------------------------------------------

const DARK_MEDIA = { auto: byId('dark').media, light: 'not all', dark: 'all' };

function setTheme(theme) {
  byId('dark').media = DARK_MEDIA[theme];
  press(byId('themes'), theme);
  remember('theme', theme);
  showAll();
}

function setLanguage(to) {
  language = to;
  press(byId('languages'), to);
  translate();
  showAll();
}

function setSpan(seconds) {
  view.span = Number(seconds) * 1000;
  press(byId('spans'), seconds);
  showAll();
}

function onPress(id, set) {
  byId(id).addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) set(button.value);
  });
}

function start() {
  const spoken = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const theme = remembered('theme');
  byId('cards').append(...plots.map((plot) => plot.card));
  language = ['en', 'zh'].includes(remembered('language')) ? remembered('language') : spoken;
  setLanguage(language);
  setTheme(Object.hasOwn(DARK_MEDIA, theme) ? theme : 'auto');
  setSpan('300');
  onPress('themes', setTheme);
  onPress('languages', (to) => {
    remember('language', to);
    setLanguage(to);
  });
  onPress('spans', setSpan);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showAll);
  document.addEventListener('visibilitychange', showAll);
  new ResizeObserver(showAll).observe(byId('cards'));
  ask();
}

start();
