'use strict';
// The dashboard in one page, read as a person would read it.

const { LIMIT } = require('./checks');

class Dashboard {
  static async open(browser, url, more = {}) {
    const dashboard = new Dashboard();
    dashboard.complaints = [];
    dashboard.elsewhere = [];
    dashboard.lenient = false;
    dashboard.context = await browser.newContext({
      viewport: { width: 1280, height: 900 }, colorScheme: 'light', locale: 'en-GB', ...more,
    });
    const page = await dashboard.context.newPage();
    dashboard.page = page;
    page.setDefaultTimeout(LIMIT);
    page.on('console', (line) => {
      if (line.type() === 'error' && !dashboard.lenient) dashboard.complaints.push(line.text());
    });
    page.on('pageerror', (error) => dashboard.complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url}/`) && !request.url().startsWith('data:')) {
        dashboard.elsewhere.push(request.url());
      }
    });
    await page.goto(`${url}/`);
    return dashboard;
  }

  text(selector) {
    return this.page.locator(selector).textContent();
  }

  title() {
    return this.page.title();
  }

  verdict() {
    return this.page.locator('#verdict').getAttribute('data-state');
  }

  /** The verdict, but 'good' when a turn of a loop took long and nothing else is to be
   *  told: on a busy machine that comes about, and is told for a minute. */
  health() {
    return this.page.evaluate(() => {
      const { state } = document.getElementById('verdict').dataset;
      const reasons = [...document.querySelectorAll('#reasons li')];
      const slow = reasons.length > 0 && reasons.every(({ textContent }) =>
        / let its clients wait for .* in the last minute/.test(textContent));
      return state === 'warn' && slow ? 'good' : state;
    });
  }

  reasons() {
    return this.page.locator('#reasons li').allTextContents();
  }

  #card(measure) {
    return this.page.locator('.card').filter({ has: this.page.locator(`#plot-${measure}`) });
  }

  figure(measure) {
    return this.#card(measure).locator('.figure').textContent();
  }

  note(measure) {
    return this.#card(measure).locator('.note').textContent();
  }

  reading(measure) {
    return this.#card(measure).locator('output').textContent();
  }

  label(measure) {
    return this.#card(measure).getByRole('img').getAttribute('aria-label');
  }

  /** How many points of the plot have the colour of the line of all processes. */
  inked(measure) {
    return this.#card(measure).locator('canvas').evaluate((canvas) => {
      const [r, g, b] = getComputedStyle(canvas).getPropertyValue('--line-all').match(/\w\w/g)
        .map((two) => parseInt(two, 16));
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let points = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 200 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g)
          + Math.abs(data[i + 2] - b) < 30) points += 1;
      }
      return points;
    });
  }

  /** [name, connections, pid, restarts] of each process. */
  processes() {
    return this.page.locator('#processes tbody tr').evaluateAll((rows) => rows.map((row) => [
      row.dataset.process, ...['columnConnections', 'pid', 'restarts'].map(
        (key) => row.querySelector(`[data-key=${key}]`).textContent,
      )]));
  }

  /** [name, number] of each row. */
  bars(id) {
    return this.page.locator(`#${id} li`).evaluateAll((rows) => rows.map((row) => [
      row.querySelector('.name').textContent, row.querySelector('.number').textContent]));
  }

  press(name) {
    return this.page.getByRole('button', { name, exact: true }).click();
  }

  pressed(group) {
    return this.page.locator(`${group} [aria-pressed=true]`).allTextContents();
  }

  /** What has the focus, and whether that can be seen. */
  focus() {
    return this.page.evaluate(() => {
      const node = document.activeElement;
      if (node === document.body) return { name: null };
      const style = getComputedStyle(node);
      const plot = node.closest('.card')?.querySelector('h2')?.id ?? '';
      const name = node.classList.contains('plot') ? plot.replace('-', ' ')
        : node.id || (node.tagName === 'SUMMARY' ? `figures of ${plot}` : node.textContent);
      return { name, outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 1 };
    });
  }

  /** From now on every change within is counted, as by a screen reader. */
  watch(selector) {
    return this.page.locator(selector).first().evaluate((node) => {
      window.watcher?.disconnect();
      window.rewritten = 0;
      window.watcher = new MutationObserver((changes) => { window.rewritten += changes.length; });
      window.watcher.observe(node, { childList: true, characterData: true, subtree: true });
    });
  }

  rewritten() {
    return this.page.evaluate(() => window.rewritten);
  }

  /** Waits until /status was answered so often, and that is shown. */
  async answers(count) {
    const shown = await this.page.evaluate(() => records.last().time);
    await this.page.waitForFunction(([since, wanted]) => records.samples
      .filter(({ time }) => time > since).length >= wanted, [shown, count]);
  }

  close() {
    return this.context.close();
  }
}

module.exports = { Dashboard };
