'use strict';
// What was measured, a sample a second for the time that the plots can show.

const KEEP_MS = 15 * 60 * 1000;

/** What is plotted. `read` takes the object of a process or the totals; a `rate`
 *  is what that grows by in a second; what only `gateways` have is not told of
 *  the process of the Register and this page. */
const MEASURES = [
  {
    key: 'connections',
    read: (p) => p.connections,
    gateways: true,
    show: count,
    note: (all) => t('connectionsNote', { uids: all.uids, groups: all.groups }),
  }, {
    key: 'messagesIn',
    read: (p) => p.messages_in,
    rate: true,
    gateways: true,
    show: rate,
    note: (all) => t('messagesInNote', { n: all.messages_in }),
  }, {
    key: 'messagesOut',
    read: (p) => p.messages_out,
    rate: true,
    gateways: true,
    show: rate,
    note: (all) => t('messagesOutNote', { n: all.messages_out }),
  }, {
    key: 'drops',
    read: (p) => p.dropped + p.worker_dropped,
    rate: true,
    gateways: true,
    show: rate,
    note: (all) => t('dropsNote', { n: all.dropped, m: all.worker_dropped }),
  }, {
    key: 'lag',
    read: (p) => p.loop_lag_us,
    show: microseconds,
    scale: 1000,
    note: () => t('lagNote'),
  }, {
    key: 'memory',
    read: (p) => p.memory,
    show: bytes,
    scale: 1024 * 1024,
    note: (all) => t('memoryNote', { n: all.processes }),
  },
];

function isGateway(name) {
  return name !== 'services';
}

/** Each measure of one process; null: not known. */
function measure(now, before, seconds) {
  return MEASURES.map(({ read, rate: isRate }) => {
    if (!isRate) return read(now);
    return before ? Math.max(0, read(now) - read(before)) / seconds : null;
  });
}

/** What the verdict counts over time, of a whole answer. */
function marks(status) {
  return {
    dropped: status.totals.dropped,
    worker_dropped: status.totals.worker_dropped,
    restarts: new Map(status.processes.map((p) => [p.process, p.restarts])),
  };
}

class Records {
  samples = []; // { time, wall, gap, marks, all: [..], each: Map of [..] }

  status = null; // the last whole answer

  /** `here`: ms of a clock that only goes forward. From one answer of a daemon to
   *  the next its own clock counts: an answer may be long on its way, and ours may
   *  stand still while a computer sleeps. Where a request before has `failed`, or
   *  the daemon has begun anew, lines have a gap. */
  add(status, here, failed) {
    const last = this.last();
    const same = last && this.status.started === status.started
      && status.totals.accepted >= this.status.totals.accepted;
    const before = same ? this.status : null;
    const passed = before ? (status.clock_us - before.clock_us) / 1000
      : here - (this.here ?? here);
    const time = (last?.time ?? 0) + passed;
    this.here = here;
    const older = new Map(before?.processes.map((p) => [p.process, p]));
    this.samples.push({
      time,
      wall: Date.now(),
      gap: !same || failed,
      marks: marks(status),
      all: measure(status.totals, before?.totals, passed / 1000),
      each: new Map(status.processes.map((p) => [p.process,
        measure(p, older.get(p.process), passed / 1000)])),
    });
    this.status = status;
    while (this.samples[0].time < time - KEEP_MS) this.samples.shift();
  }

  last() {
    return this.samples.at(-1);
  }

  since(ms) {
    const from = (this.last()?.time ?? 0) - ms;
    return this.samples.filter((sample) => sample.time >= from);
  }

  /** By how much read(marks) has grown in the last `ms`; what begins again at 0
   *  with the daemon takes nothing away. */
  growth(ms, read) {
    let sum = 0;
    const within = this.since(ms);
    // The one before them, too: a tab in the background asks once a minute.
    const older = this.samples.at(-1 - within.length);
    let before = older && older.time >= this.last().time - 2 * ms ? read(older.marks) : null;
    for (const sample of within) {
      const now = read(sample.marks);
      if (before !== null && now > before) sum += now - before;
      before = now;
    }
    return sum;
  }

  /** { now, low, mean, high } of a measure; null: nothing known. */
  summary(index, process, ms) {
    const values = this.since(ms).map((sample) => Records.value(sample, index, process))
      .filter((value) => value !== null);
    if (values.length === 0) return null;
    return {
      now: values.at(-1),
      low: Math.min(...values),
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      high: Math.max(...values),
    };
  }

  /** `process`: "all", or a process's name. */
  static value(sample, index, process) {
    const values = process === 'all' ? sample.all : sample.each.get(process);
    return values?.[index] ?? null;
  }
}
