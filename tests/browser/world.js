'use strict';
// The gatewayd of world.py, from here.

const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const path = require('node:path');

class World {
  static async start(...options) {
    const world = new World();
    world.process = spawn('python3', [path.join(__dirname, 'world.py'), ...options],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    world.ended = new Promise((resolve) => { world.process.once('close', resolve); });
    world.lines = createInterface({ input: world.process.stdout })[Symbol.asyncIterator]();
    world.url = (await world.answer()).status;
    return world;
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('world.py has ended');
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(answer.error);
    return answer.ok;
  }

  do(what, more = {}) {
    this.process.stdin.write(`${JSON.stringify({ do: what, ...more })}\n`);
    return this.answer();
  }

  async status(headers = {}) {
    const answer = await fetch(`${this.url}/status`, { headers });
    return answer.json();
  }

  async close() {
    this.process.stdin.end();
    await this.ended;
  }
}

module.exports = { World };
