'use strict';
// Named checks: each is shown as it ends, a failure says why, the rest goes on.

// ms that anything expected may take
const LIMIT = Number(process.env.GW_TEST_PATIENCE ?? 10) * 1000;

class Checks {
  passed = 0;
  failed = 0;

  async check(name, job) {
    try {
      await job();
      this.passed += 1;
      console.log(`  ok    ${name}`);
    } catch (error) {
      this.failed += 1;
      const text = String(error?.message ?? error).replace(/\x1b\[\d*m/g, '')
        .trim().split('\n').slice(0, 4);
      console.log(`  FAIL  ${name}\n          ${text.join('\n          ')}`);
    }
  }

  summary() {
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

/** Waits until `read()` gives what `wanted` says (deep equality), for `limit` ms. */
async function eventually(read, wanted, what, limit = LIMIT) {
  const want = JSON.stringify(wanted);
  const end = Date.now() + limit;
  let got;
  for (;;) {
    got = JSON.stringify(await read());
    if (got === want) return;
    if (Date.now() > end) throw new Error(`${what}: wanted ${want}, got ${got}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function same(got, wanted, what) {
  const [g, w] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (g !== w) throw new Error(`${what}: wanted ${w}, got ${g}`);
}

module.exports = { Checks, LIMIT, eventually, same };
