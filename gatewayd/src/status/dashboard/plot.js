'use strict';
// One measure over time: a card with the figure of now and a plot, which can be
// read with the mouse, by touch and with the arrow keys.

const COLOURS = 7; // of gateways: --line-0 … of the style sheet
const TICKS = [15, 30, 60, 120, 180]; // seconds between the words below
const MARGIN = { left: 2, right: 2, top: 8, bottom: 18 };

/** The class of a process's line. */
function lineOf(order, process) {
  if (process === 'all') return 'line-all';
  return isGateway(process) ? `line-${order.get(process) % COLOURS}` : 'line-services';
}

/** The next rounder number above: 1, 2, 5, 10, … times `scale`. */
function niceAbove(n, scale = 1) {
  let unit = scale;
  // A scale stands for 1000 or 1024 smaller units, of which there are nice ones.
  if (n < scale) unit = 1;
  let power = unit;
  while (n > power * 10) power *= 10;
  for (const factor of [1, 2, 4, 5, 8, 10]) {
    if (n <= factor * power) return factor * power;
  }
  return 10 * power;
}

class Plot {
  constructor(index, records) {
    this.index = index;
    this.measure = MEASURES[index];
    this.records = records;
    this.cursor = null; // time of the sample that is read
    this.#build();
    this.#listen();
  }

  #build() {
    const id = `plot-${this.measure.key}`;
    this.title = element('h2', { id, 'data-t': this.measure.key });
    this.figure = element('p', { class: 'figure', 'data-measure': this.measure.key }, '–');
    this.note = element('p', { class: 'note' });
    this.canvas = element('canvas', { 'aria-hidden': 'true' });
    this.top = element('span', { class: 'top' });
    this.reading = element('output', { class: 'reading', 'aria-live': 'polite' });
    this.box = element('div', { class: 'plot', role: 'img', tabindex: '0' },
      this.canvas, this.top, this.reading);
    this.rows = element('tbody');
    this.heads = element('tr');
    this.details = element('details', {},
      element('summary', { 'data-t': 'figures' }),
      element('div', { class: 'scroll' },
        element('table', { 'aria-labelledby': id }, element('thead', {}, this.heads), this.rows)));
    this.card = element('section', { class: 'card', 'aria-labelledby': id },
      element('div', { class: 'title' }, this.title, this.figure),
      this.box, this.note, this.details);
  }

  #listen() {
    this.box.addEventListener('pointermove', (event) => this.#point(event));
    this.box.addEventListener('pointerdown', (event) => this.#point(event));
    this.box.addEventListener('pointerleave', () => this.#read(null));
    this.box.addEventListener('blur', () => this.#read(null));
    this.box.addEventListener('keydown', (event) => this.#key(event));
    this.details.addEventListener('toggle', () => this.#table());
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left)
      / (box.width - MARGIN.left - MARGIN.right);
    const time = this.end - (1 - part) * this.span;
    let nearest = null;
    for (const sample of this.samples ?? []) {
      if (!nearest || Math.abs(sample.time - time) < Math.abs(nearest.time - time)) {
        nearest = sample;
      }
    }
    this.#read(nearest?.time ?? null);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10,
      Home: -Infinity, End: Infinity }[event.key];
    const times = (this.samples ?? []).map((sample) => sample.time);
    if (event.key === 'Escape') this.#read(null);
    if (step === undefined || times.length === 0) return;
    event.preventDefault();
    const at = this.cursor === null ? times.length - 1 : times.indexOf(this.cursor);
    this.#read(times[Math.min(times.length - 1, Math.max(0, at + step))]);
  }

  #read(time) {
    this.cursor = time;
    this.#draw();
    this.#tell();
  }

  /** The values under the cursor. */
  #tell() {
    const sample = this.cursor === null ? null
      : this.samples.find(({ time }) => time === this.cursor);
    const parts = sample ? this.processes.map((process) => {
      const value = Records.value(sample, this.index, process);
      const name = process === 'all' ? t('all') : process;
      return [`${name} ${value === null ? '–' : this.measure.show(value)}`,
        { class: `value ${lineOf(this.order, process)}` }];
    }) : [];
    if (sample) parts.unshift([clock(sample.wall), {}]);
    show(this.reading, JSON.stringify(parts),
      () => parts.map(([text, attributes]) => element('span', attributes, text)));
  }

  /** `view`: { span (ms), processes (shown), order (Map name → number) }. */
  update(view) {
    const applies = (process) => !this.measure.gateways || isGateway(process);
    this.processes = view.processes.filter(applies);
    this.order = view.order;
    this.samples = this.records.since(view.span);
    this.end = this.samples.at(-1)?.time ?? 0;
    // A page that has just been opened shows its first minute in full width.
    this.span = Math.min(view.span, Math.max(60000, this.end - (this.samples[0]?.time ?? 0)));
    this.asked = view.span;
    if (!this.samples.some(({ time }) => time === this.cursor)) this.cursor = null;
    const { status } = this.records;
    const value = status ? Records.value(this.records.last(), this.index, 'all') : null;
    write(this.figure, value === null ? '–' : this.#figure(value));
    write(this.note, status ? this.measure.note(status.totals) : '');
    this.#draw();
    this.#label();
    this.#table();
    if (this.cursor !== null) this.#tell();
  }

  #figure(value) {
    const shown = this.measure.show(value);
    return this.measure.rate ? t('perSecond', { n: shown }) : shown;
  }

  #label() {
    const summary = this.records.summary(this.index, 'all', this.asked);
    const title = t(this.measure.key);
    const label = summary ? t('plotLabel', {
      title,
      span: duration(this.asked / 1000),
      now: this.#figure(summary.now),
      low: this.#figure(summary.low),
      high: this.#figure(summary.high),
    }) : t('plotEmpty', { title });
    this.box.setAttribute('aria-label', label);
  }

  /** The same in figures, for those who do not see the plot. */
  #table() {
    if (!this.details.open || !this.samples) return;
    this.heads.replaceChildren(...['process', 'now', 'lowest', 'mean', 'highest']
      .map((key) => element('th', { scope: 'col' }, t(key))));
    this.rows.replaceChildren(...['all', ...this.order.keys()].filter(
      (process) => !this.measure.gateways || isGateway(process),
    ).map((process) => {
      const summary = this.records.summary(this.index, process, this.asked);
      const cells = ['now', 'low', 'mean', 'high'].map((key) => element('td', {},
        summary ? this.measure.show(summary[key]) : '–'));
      return element('tr', {}, element('th', { scope: 'row' },
        process === 'all' ? t('all') : process), ...cells);
    }));
  }

  // ---- drawing ---------------------------------------------------------------

  #draw() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const area = this.canvas.getContext('2d');
    if (this.canvas.width !== Math.round(width * ratio)
      || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    area.setTransform(ratio, 0, 0, ratio, 0, 0);
    area.clearRect(0, 0, width, height);
    if (!this.samples || width === 0) return;
    const style = getComputedStyle(this.box);
    const colour = (name) => style.getPropertyValue(name).trim();
    const highest = this.#highest();
    const place = {
      x: (time) => MARGIN.left + (width - MARGIN.left - MARGIN.right)
        * (1 - (this.end - time) / this.span),
      y: (value) => height - MARGIN.bottom
        - (height - MARGIN.top - MARGIN.bottom) * (value / highest),
      bottom: height - MARGIN.bottom,
      width,
    };
    write(this.top, this.#figure(highest));
    this.#grid(area, place, colour, highest);
    for (const process of [...this.processes].reverse()) {
      this.#line(area, place, process, colour);
    }
    this.#cross(area, place, colour);
  }

  #highest() {
    let highest = 0;
    for (const sample of this.samples) {
      for (const process of this.processes) {
        highest = Math.max(highest, Records.value(sample, this.index, process) ?? 0);
      }
    }
    return niceAbove(Math.max(highest, this.measure.scale ?? 1), this.measure.scale);
  }

  #grid(area, { x, y, bottom, width }, colour, highest) {
    area.strokeStyle = colour('--grid');
    area.lineWidth = 1;
    area.beginPath();
    for (const part of [0, 0.5, 1]) {
      const level = Math.round(y(highest * part)) + 0.5;
      area.moveTo(0, level);
      area.lineTo(width, level);
    }
    area.stroke();
    area.fillStyle = colour('--soft');
    area.font = `11px ${colour('--font')}`;
    area.textBaseline = 'bottom';
    const step = TICKS.find((seconds) => seconds * 5 >= this.span / 1000);
    for (let ago = 0; ago * 1000 <= this.span; ago += step) {
      const at = x(this.end - ago * 1000);
      const text = ago === 0 ? t('now') : t('ago', { time: duration(ago) });
      area.textAlign = ago === 0 ? 'right' : at < 20 ? 'left' : 'center';
      area.fillText(text, at, bottom + MARGIN.bottom);
    }
  }

  #line(area, { x, y, bottom }, process, colour) {
    const isAll = process === 'all';
    const parts = [];
    let part = [];
    for (const sample of this.samples) {
      const value = Records.value(sample, this.index, process);
      if (sample.gap || value === null) {
        parts.push(part);
        part = [];
      }
      if (value !== null) part.push([x(sample.time), y(value)]);
    }
    parts.push(part);
    area.strokeStyle = colour(`--${lineOf(this.order, process)}`);
    area.lineWidth = isAll ? 2 : 1.5;
    area.lineJoin = 'round';
    for (const points of parts) {
      if (points.length === 0) continue;
      area.beginPath();
      points.forEach(([px, py]) => area.lineTo(px, py));
      // A single point is a dot.
      if (points.length === 1) area.arc(points[0][0], points[0][1], 1, 0, 7);
      area.stroke();
      if (!isAll || points.length < 2) continue;
      area.lineTo(points.at(-1)[0], bottom);
      area.lineTo(points[0][0], bottom);
      area.fillStyle = colour('--fill');
      area.fill();
    }
  }

  #cross(area, { x, y, bottom }, colour) {
    const sample = this.samples.find(({ time }) => time === this.cursor);
    if (!sample) return;
    const at = Math.round(x(sample.time)) + 0.5;
    area.strokeStyle = colour('--soft');
    area.lineWidth = 1;
    area.beginPath();
    area.moveTo(at, MARGIN.top);
    area.lineTo(at, bottom);
    area.stroke();
    for (const process of this.processes) {
      const value = Records.value(sample, this.index, process);
      if (value === null) continue;
      area.fillStyle = colour(`--${lineOf(this.order, process)}`);
      area.beginPath();
      area.arc(x(sample.time), y(value), 3.5, 0, 7);
      area.fill();
    }
  }
}
