import * as fc from 'fast-check';
import t from 'tap';
import { type Decision, type LimiterEvent, type LimiterState, startingState, stepLimiter } from './limiter-state.ts';
import { tmdbLimits } from './limits.ts';

const limits = tmdbLimits;

/** A limiter with a clock that is moved by hand. */
class Subject {
  state: LimiterState = startingState;
  now = 1_000_000;
  /** Added to `now`: what somebody did to the clock. */
  skew = 0;
  readonly flying: number[] = [];
  send(event: LimiterEvent): Decision {
    const [state, decision] = stepLimiter(this.state, event, this.now + this.skew, limits);
    this.state = state;
    return decision;
  }
  ask(): Decision {
    const decision = this.send({ type: 'ask' });
    if (decision.kind === 'go') this.flying.push(decision.epoch);
    return decision;
  }
}

/** What must hold, told without any of the machine's own notions: when requests really started, and until when nobody may start. */
class Oracle {
  readonly starts: number[] = [];
  flying = 0;
  quietUntil = 0;
}

const commands = [
  fc.tuple(fc.integer({ min: 5, max: 40 }), fc.constantFrom(0, 1, 29)).map(([times, everyMs]) => new Burst(times, everyMs)),
  fc.integer({ min: 1, max: 8 }).map((times) => new Ask(times)),
  fc.constantFrom(0, 1, 29, 250, 1_000, 5_000, 61_000).map((ms) => new Wait(ms)),
  fc.nat(3).map((which) => new Answer('good', which, 0, undefined)),
  fc.nat(3).map((which) => new Answer('good', which, 0, undefined)),
  fc.tuple(fc.nat(3), fc.double({ min: 0, max: 0.999, noNaN: true })).map(([which, chance]) => new Answer('bad', which, chance, undefined)),
  fc
    .tuple(
      fc.nat(3),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.option(fc.constantFrom(0, 1_000, 45_000, 90_000, 1e9), { nil: undefined }),
    )
    .map(([which, chance, pause]) => new Answer('refused', which, chance, pause)),
  fc.nat(3).map((which) => new Abandon(which)),
  fc.constantFrom(500, 20_000, 100_000).map((ms) => new PausedElsewhere(ms)),
  fc.constantFrom(-3_600_000, -500).map((ms) => new PutClock(ms)),
];

type Command = fc.Command<Oracle, Subject>;

class Ask implements Command {
  readonly times: number;
  constructor(times: number) {
    this.times = times;
  }
  check(): boolean {
    return true;
  }
  run(oracle: Oracle, subject: Subject): void {
    for (let index = 0; index < this.times; index += 1) {
      const decision = subject.ask();
      if (decision.kind === 'wait' && decision.forMs === 0 && oracle.flying === 0) throw new Error('waits for an answer that nobody owes');
      if (decision.kind === 'wait' && decision.forMs > limits.longestPauseMs) throw new Error(`waits ${decision.forMs} ms`);
      if (decision.kind !== 'go') continue;
      oracle.starts.push(subject.now);
      oracle.flying += 1;
      const recent = oracle.starts.filter((at) => at > subject.now - limits.windowMs);
      if (recent.length > limits.requests) throw new Error(`${recent.length} starts within a window`);
      if (oracle.flying > limits.concurrency) throw new Error(`${oracle.flying} at once`);
      if (subject.now < oracle.quietUntil) throw new Error('starts although it was asked to pause');
    }
  }
  toString(): string {
    return `ask × ${this.times}`;
  }
}

/** Requests that are answered at once, one after another: what fills a window. */
class Burst implements Command {
  readonly times: number;
  readonly everyMs: number;
  constructor(times: number, everyMs: number) {
    this.times = times;
    this.everyMs = everyMs;
  }
  check(): boolean {
    return true;
  }
  run(oracle: Oracle, subject: Subject): void {
    const ask = new Ask(1);
    for (let index = 0; index < this.times; index += 1) {
      const before = oracle.flying;
      ask.run(oracle, subject);
      if (oracle.flying > before) new Answer('good', subject.flying.length - 1, 0, undefined).run(oracle, subject);
      subject.now += this.everyMs;
    }
  }
  toString(): string {
    return `burst of ${this.times} every ${this.everyMs} ms`;
  }
}

class Wait implements Command {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check(): boolean {
    return true;
  }
  run(_oracle: Oracle, subject: Subject): void {
    subject.now += this.ms;
  }
  toString(): string {
    return `wait ${this.ms}`;
  }
}

class Answer implements Command {
  readonly what: 'good' | 'bad' | 'refused';
  readonly which: number;
  readonly chance: number;
  readonly pauseMs: number | undefined;
  constructor(what: 'good' | 'bad' | 'refused', which: number, chance: number, pauseMs: number | undefined) {
    this.what = what;
    this.which = which;
    this.chance = chance;
    this.pauseMs = pauseMs;
  }
  check(oracle: Readonly<Oracle>): boolean {
    return oracle.flying > 0;
  }
  run(oracle: Oracle, subject: Subject): void {
    const [epoch = 0] = subject.flying.splice(this.which % subject.flying.length, 1);
    oracle.flying -= 1;
    if (this.what === 'refused') {
      subject.send({ type: 'refused', epoch, chance: this.chance, ...(this.pauseMs === undefined ? {} : { retryAfterMs: this.pauseMs }) });
      const pauseMs = Math.min(this.pauseMs ?? 0, limits.longestPauseMs);
      oracle.quietUntil = Math.max(oracle.quietUntil, subject.now + pauseMs);
    } else subject.send(this.what === 'good' ? { type: 'good', epoch } : { type: 'bad', epoch, chance: this.chance });
  }
  toString(): string {
    return `${this.what} ${this.pauseMs ?? ''}`;
  }
}

class Abandon implements Command {
  readonly which: number;
  constructor(which: number) {
    this.which = which;
  }
  check(oracle: Readonly<Oracle>): boolean {
    return oracle.flying > 0;
  }
  run(oracle: Oracle, subject: Subject): void {
    subject.flying.splice(this.which % subject.flying.length, 1);
    oracle.flying -= 1;
    subject.send({ type: 'abandoned' });
  }
  toString(): string {
    return 'abandon';
  }
}

class PausedElsewhere implements Command {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check(): boolean {
    return true;
  }
  run(oracle: Oracle, subject: Subject): void {
    subject.send({ type: 'paused-elsewhere', until: subject.now + subject.skew + this.ms });
    oracle.quietUntil = Math.max(oracle.quietUntil, subject.now + this.ms);
  }
  toString(): string {
    return `paused elsewhere ${this.ms}`;
  }
}

class PutClock implements Command {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check(): boolean {
    return true;
  }
  run(_oracle: Oracle, subject: Subject): void {
    // The machine hears of it at once; a step back in the middle of a wait cannot be told from time that has not passed.
    subject.send({ type: 'paused-elsewhere', until: 0 });
    subject.skew += this.ms;
    subject.send({ type: 'paused-elsewhere', until: 0 });
  }
  toString(): string {
    return `clock put back ${-this.ms}`;
  }
}

/** With a service that is well again, whoever does what the decisions say gets to normal and to full speed. */
function recovers(subject: Subject): boolean {
  for (let turn = 0; turn < 400; turn += 1) {
    for (const epoch of subject.flying.splice(0)) subject.send({ type: 'good', epoch });
    const decision = subject.ask();
    if (decision.kind === 'wait' && decision.forMs > 0) subject.now += decision.forMs;
    if (decision.kind === 'cache-only') subject.now = decision.until - subject.skew;
    if (subject.state.mode === 'normal' && decision.kind === 'go') return true;
  }
  return false;
}

t.test('whatever happens, it keeps the limits and comes back to normal', async (t) => {
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 150 }), (sequence) => {
      const subject = new Subject();
      fc.modelRun(() => ({ model: new Oracle(), real: subject }), sequence);
      return recovers(subject);
    }),
    { numRuns: 1500 },
  );
  t.pass();
});

const burst = (subject: Subject, count: number, event: 'good' | 'bad'): void => {
  for (let index = 0; index < count; index += 1) {
    const decision = subject.ask();
    if (decision.kind !== 'go') throw new Error(`not let through: ${decision.kind}`);
    const epoch = subject.flying.pop()!;
    subject.send(event === 'good' ? { type: 'good', epoch } : { type: 'bad', epoch, chance: 0.5 });
    subject.now += 100;
  }
};

t.test('full speed: 35 in a second and not one more', async (t) => {
  const subject = new Subject();
  for (let index = 0; index < 35; index += 1) {
    t.equal(subject.ask().kind, 'go');
    subject.send({ type: 'good', epoch: subject.flying.pop()! });
  }
  t.same(subject.ask(), { kind: 'wait', forMs: 1_000, mode: 'normal' });
  subject.now += 999;
  t.same(subject.ask(), { kind: 'wait', forMs: 1, mode: 'normal' });
  subject.now += 1;
  t.equal(subject.ask().kind, 'go');
});

t.test('errors throttle, fewer errors do not yet end it, none does', async (t) => {
  const subject = new Subject();
  burst(subject, 18, 'good');
  burst(subject, 2, 'bad');
  t.equal(subject.state.mode, 'normal', 'a tenth is still normal');
  burst(subject, 1, 'bad');
  t.equal(subject.state.mode, 'throttle');
  burst(subject, 20, 'good');
  t.equal(subject.state.mode, 'throttle', '3 of 41: less than a tenth, and all the same');
  subject.now += 28_000;
  subject.ask();
  t.equal(subject.state.mode, 'normal', 'the bad ones are too old to count');
});

t.test('half of it bad: sleep, probes, throttle, normal', async (t) => {
  const subject = new Subject();
  burst(subject, 5, 'bad');
  t.equal(subject.state.mode, 'sleep');
  t.match(subject.ask(), { kind: 'wait', mode: 'sleep', forMs: 150 });
  subject.now += 150;
  t.match(subject.ask(), { kind: 'go' });
  t.equal(subject.state.mode, 'half-open');
  t.match(subject.ask(), { kind: 'wait', forMs: 0, mode: 'half-open' }, 'one probe at a time');
  subject.send({ type: 'good', epoch: subject.flying.pop()! });
  burst(subject, 2, 'good');
  t.equal(subject.state.mode, 'throttle');
  burst(subject, 10, 'good');
  subject.ask();
  t.equal(subject.state.mode, 'normal');
});

t.test('back-off grows to 30 s, then only the cache is used, and that ends as well', async (t) => {
  const subject = new Subject();
  const slept: number[] = [];
  subject.ask();
  for (let turn = 0; turn < 5; turn += 1) {
    subject.send({ type: 'refused', epoch: subject.flying.pop()!, chance: 0.999 });
    const decision = subject.ask();
    t.match(decision, { kind: 'wait', mode: 'sleep' });
    if (decision.kind === 'wait') slept.push(Math.round(decision.forMs));
    subject.now = Math.ceil(subject.state.until);
    t.equal(subject.ask().kind, 'go');
  }
  t.same(slept, [500, 999, 1998, 3996, 7992]);
  subject.send({ type: 'refused', epoch: subject.flying.pop()!, chance: 0.999 });
  t.same(subject.ask(), { kind: 'cache-only', until: subject.now + 60_000 });
  subject.now += 60_000;
  t.equal(subject.ask().kind, 'go');
});

t.test('a long pause is not waited out, and an absurd one not believed', async (t) => {
  const subject = new Subject();
  subject.ask();
  subject.send({ type: 'refused', epoch: subject.flying.pop()!, chance: 0, retryAfterMs: 1e12 });
  t.same(subject.ask(), { kind: 'cache-only', until: subject.now + 3_600_000 });
});

t.test('a pause of another process counts here too', async (t) => {
  const subject = new Subject();
  subject.send({ type: 'paused-elsewhere', until: subject.now + 2_000 });
  t.match(subject.ask(), { kind: 'wait', forMs: 2_000, mode: 'sleep' });
});
