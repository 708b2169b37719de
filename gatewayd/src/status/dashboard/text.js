'use strict';
// Words, numbers and elements.

let language = 'en';

const LOCALES = { en: 'en', zh: 'zh-CN' };

/** A text of the page; with `n` in one of its plural forms, which `=1` goes before:
 *  Chinese has but one of them. */
function t(key, values = {}) {
  let text = STRINGS[language][key];
  if (typeof text === 'object') {
    const form = new Intl.PluralRules(LOCALES[language]).select(values.n);
    text = text[`=${values.n}`] ?? text[form] ?? text.other;
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === 'number' ? count(value) : value;
  });
}

/** 12,345; above a million 12.3M. */
function count(n) {
  const compact = n >= 1e7;
  return new Intl.NumberFormat(LOCALES[language], compact
    ? { notation: 'compact', maximumSignificantDigits: 4 }
    : { maximumFractionDigits: 0 }).format(n);
}

/** Small rates would all be 0 or 1. */
function rate(n) {
  return n > 0 && n < 10
    ? new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 1 }).format(n)
    : count(n);
}

function inUnits(n, units, step) {
  let at = 0;
  while (at < units.length - 1 && n >= step) {
    n /= step;
    at += 1;
  }
  const digits = at > 0 && n < 100 ? 1 : 0;
  return `${new Intl.NumberFormat(LOCALES[language], {
    maximumFractionDigits: digits,
  }).format(n)} ${units[at]}`;
}

function bytes(n) {
  return inUnits(n, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], 1024);
}

function microseconds(n) {
  return inUnits(n, ['µs', 'ms', 's'], 1000);
}

// Shorter than those of Intl, and apart from the numbers.
const CHINESE_UNITS = { day: '天', hour: '小时', minute: '分', second: '秒' };

/** The two largest of days, hours, minutes and seconds. */
function duration(seconds) {
  const parts = [['day', Math.floor(seconds / 86400)],
    ['hour', Math.floor(seconds / 3600) % 24],
    ['minute', Math.floor(seconds / 60) % 60], ['second', Math.floor(seconds) % 60]];
  const first = parts.findIndex(([, n]) => n > 0);
  return parts.slice(first < 0 ? 3 : first).slice(0, 2)
    .filter(([, n], i) => n > 0 || i === 0)
    .map(([unit, n]) => (language === 'zh' ? `${n} ${CHINESE_UNITS[unit]}`
      : new Intl.NumberFormat(LOCALES[language],
        { style: 'unit', unit, unitDisplay: 'narrow' }).format(n)))
    .join(' ');
}

function moment(ms) {
  return new Date(ms).toLocaleString(LOCALES[language],
    { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString(LOCALES[language], { hourCycle: 'h23' });
}

/** Characters that hide, or turn text around, are shown by their number. */
function visible(name) {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu,
    (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}

/** element('td', { class: 'x' }, 'text' or element…) */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Writes only what differs: selections and screen readers stay undisturbed. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** One button of a group is pressed. */
function press(group, value) {
  for (const button of group.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.value === value));
  }
}

/** All fixed texts of the page. */
function translate() {
  document.documentElement.lang = LOCALES[language];
  for (const node of document.querySelectorAll('[data-t]')) write(node, t(node.dataset.t));
  for (const node of document.querySelectorAll('[data-t-label]')) {
    node.setAttribute('aria-label', t(node.dataset.tLabel));
  }
}
