'use strict';
// What is told in words and rows.

const LAG_LONG_US = 200000;
const LAG = MEASURES.findIndex(({ key }) => key === 'lag');

/** { state, reasons }: how it is, by the same rules as /healthz and by what has
 *  just been lost. */
function judge(records, span) {
  const bad = [];
  const warnings = [];
  for (const p of records.status.processes) {
    const { process } = p;
    const restarts = records.growth(span, (marks) => marks.restarts.get(process) ?? 0);
    if (!p.up) bad.push(t('reasonDown', { process }));
    else if (p.hangs) bad.push(t('reasonHangs', { process }));
    else if (isGateway(process) && p.registers === 0) bad.push(t('reasonNoRegister', { process }));
    if (restarts > 0) warnings.push(t('reasonRestarted', { process, n: restarts }));
    const lag = records.summary(LAG, process, 60000)?.high ?? 0;
    if (lag > LAG_LONG_US) warnings.push(t('reasonLag', { process, time: microseconds(lag) }));
  }
  const dropped = records.growth(60000, (marks) => marks.dropped);
  const workerDropped = records.growth(60000, (marks) => marks.worker_dropped);
  if (dropped > 0) warnings.push(t('reasonDropped', { n: dropped }));
  if (workerDropped > 0) warnings.push(t('reasonWorkerDropped', { n: workerDropped }));
  const state = bad.length > 0 ? 'bad' : warnings.length > 0 ? 'warn' : 'good';
  if (state === 'good') {
    const { processes } = records.status;
    const alone = !processes.some((p) => isGateway(p.process));
    warnings.push(t(alone ? 'wellRegister' : 'wellHow', { n: processes.length }));
  }
  return { state, reasons: [...bad, ...warnings] };
}

function chip(order, process) {
  return element('span', { class: `chip ${lineOf(order, process)}` });
}

const COLUMNS = [
  ['state', (p) => t(!p.up ? 'down' : p.hangs ? 'hangs' : 'up')],
  ['columnConnections', (p) => count(p.connections), isGateway],
  ['uids', (p) => count(p.uids), isGateway],
  ['groups', (p) => count(p.groups), isGateway],
  ['inRate', (p, values) => rate(values[1] ?? 0), isGateway],
  ['outRate', (p, values) => rate(values[2] ?? 0), isGateway],
  ['dropRate', (p, values) => rate(values[3] ?? 0), isGateway],
  ['columnLag', (p) => microseconds(p.loop_lag_us)],
  ['columnMemory', (p) => bytes(p.memory)],
  ['workers', (p) => count(p.workers), isGateway],
  ['registers', (p) => count(p.registers), isGateway],
  ['restarts', (p) => count(p.restarts)],
  ['age', (p) => (p.up ? duration(p.uptime) : '–')],
  ['pid', (p) => (p.pid > 0 ? String(p.pid) : '–')],
];

/** Rows are written anew in place, so that who selects text keeps it. */
function showProcesses(box, records, order) {
  const { status } = records;
  const { each } = records.last();
  if (box.dataset.shape !== `${language} ${status.processes.length}`) {
    box.dataset.shape = `${language} ${status.processes.length}`;
    box.replaceChildren(element('table', { 'aria-labelledby': 'processes-title' },
      element('thead', {}, element('tr', {}, ...['process', ...COLUMNS.map(([key]) => key)]
        .map((key) => element('th', { scope: 'col' }, t(key))))),
      element('tbody', {}, ...status.processes.map((p) => element('tr', { 'data-process': p.process },
        element('th', { scope: 'row' }, chip(order, p.process), p.process),
        ...COLUMNS.map(([key]) => element('td', { 'data-key': key })))))));
  }
  const rows = box.querySelectorAll('tbody tr');
  status.processes.forEach((p, i) => {
    rows[i].classList.toggle('down', !p.up || p.hangs);
    COLUMNS.forEach(([, show, applies], column) => {
      write(rows[i].cells[column + 1],
        !applies || applies(p.process) ? show(p, each.get(p.process)) : '');
    });
  });
}

/** A name that a stranger chose: text, whatever it is. */
function nameOf(entry) {
  const name = element('bdi', { class: 'name' }, visible(entry.name) || t('empty'));
  if (entry.cut) name.append(element('span', { class: 'soft' }, t('cut', { n: entry.bytes })));
  return name;
}

function bar(part) {
  const made = element('span', { class: 'amount' });
  made.style.width = `${Math.max(0.5, part * 100)}%`;
  return made;
}

function rowsOf(entries) {
  const most = Math.max(1, ...entries.map(([, n]) => n));
  return element('ol', { class: 'bars' }, ...entries.map(([name, n]) => element('li', {},
    bar(n / most), name, element('span', { class: 'number' }, count(n)))));
}

/** Replaces what a box shows only when that is something else. */
function show(box, stamp, make) {
  if (box.dataset.stamp === stamp) return;
  box.dataset.stamp = stamp;
  box.replaceChildren(...make());
}

function showTop(box, top, kind) {
  const entries = top?.[kind];
  show(box, `${language} ${JSON.stringify(entries ?? null)} ${top?.exact}`, () => {
    if (!entries) return [element('p', { class: 'soft' }, t('topWait'))];
    if (entries.length === 0) return [element('p', { class: 'soft' }, t('topNone'))];
    const made = [rowsOf(entries.map((entry) => [nameOf(entry), entry.connections]))];
    if (!top.exact) made.push(element('p', { class: 'soft' }, t('topSums')));
    return made;
  });
}

function showClosed(box, closed) {
  const entries = Object.entries(closed).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
  show(box, `${language} ${JSON.stringify(entries)}`, () => (entries.length === 0
    ? [element('p', { class: 'soft' }, t('closedNone'))]
    : [rowsOf(entries.map(([reason, n]) => [
      element('span', { class: 'name' }, STRINGS[language][`close_${reason}`] ?? reason), n]))]));
}

function showFacts(box, status) {
  const sum = (read) => status.processes.reduce((all, p) => all + read(p), 0);
  const facts = [
    ['version', status.version],
    ['started', moment(status.started * 1000)],
    ['processCount', count(status.processes.length)],
    ['downCount', count(sum((p) => (p.up ? 0 : 1)))],
    ['restartCount', count(sum((p) => p.restarts))],
    ['workerCount', count(status.totals.workers)],
    ['listeners', status.listeners],
  ];
  show(box, `${language} ${JSON.stringify(facts)}`, () => facts.flatMap(([key, value]) => [
    element('dt', {}, t(key)),
    element('dd', { 'data-key': key }, ...(key === 'listeners'
      ? value.split(', ').map((one) => element('code', {}, one)) : [value])),
  ]));
}
