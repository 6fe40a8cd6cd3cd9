import { readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { LabError } from './core/error.ts';
import type { LabEvent } from './core/event.ts';
import { foldRecord } from './core/record.ts';
import { fakeToolkit, flowRig, testCheck } from './testing/flow-rig.ts';

const outcomes = (events: readonly LabEvent[]): Record<string, string> =>
  Object.fromEntries(events.flatMap((event) => (event.type === 'cell-finished' ? [[event.cell, event.outcome.kind]] : [])));

const copies = (events: readonly LabEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'bundle-copied' ? [event.guest] : [])).toSorted();

const interruption = LabError.of('lab.interrupted', { signal: 'SIGINT' });

t.test('every guest answers every check, guests are released, and the record is a fold of what lies on the disk', async (t) => {
  const rig = await flowRig(t, [testCheck('a'), testCheck('b')]);
  const { record } = await rig.run();
  t.equal(record.verdict, 'accepted');
  t.same(outcomes(rig.events()), { 'a@one': 'passed', 'b@one': 'passed', 'a@two': 'passed', 'b@two': 'passed' });
  t.same(rig.log.toSorted(), ['acquire one', 'acquire two', 'release one', 'release two']);
  const journal = (await readFile(path.join(rig.folder, 'events.ndjson'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const plan = JSON.parse(await readFile(path.join(rig.folder, 'plan.json'), 'utf8'));
  t.same(JSON.parse(await readFile(path.join(rig.folder, 'record.json'), 'utf8')), JSON.parse(JSON.stringify(foldRecord(plan, journal))));
  t.equal(rig.events().at(-1)?.type, 'run-finished');
});

t.test('a check that waits for another lab says for which, and when it goes on', async (t) => {
  const rig = await flowRig(t, [testCheck('a'), testCheck('b', undefined, { lane: 'host' })]);
  const holder = { pid: 4711, purpose: 'benchmark@theirs', since: '2026-01-02T03:04:05.000Z' };
  const { record } = await rig.run({
    alone: async (purpose, onWait) => {
      if (purpose === 'b@one') onWait(holder);
      return { [Symbol.asyncDispose]: async () => {} };
    },
  });
  t.equal(record.verdict, 'accepted');
  const told = rig.events().filter((event) => 'cell' in event && event.cell === 'b@one');
  t.match(told, [
    { type: 'cell-started' },
    { type: 'cell-waiting', holder },
    { type: 'cell-waited', durationMs: Number },
    { type: 'cell-finished', outcome: { kind: 'passed' } },
  ]);
  t.notOk(
    rig.events().some((event) => event.type === 'cell-waiting' && event.cell !== 'b@one'),
    'the other one does not wait',
  );
});

t.test('the plan is on the disk before any guest starts', async (t) => {
  const rig = await flowRig(t, [testCheck('a')]);
  await rig.run();
  const types = rig.events().map((event) => event.type);
  t.ok(types.indexOf('plan-written') < types.indexOf('guest-acquiring'));
});

t.test('a release that cannot be built leaves every cell inconclusive and every guest released', async (t) => {
  const rig = await flowRig(t, [testCheck('a')]);
  const broken = LabError.of('lab.bug', { message: 'no compiler' });
  const { record } = await rig.run({ prepareRelease: (_folder, runStep) => runStep('build', () => Promise.reject(broken)) });
  t.equal(record.verdict, 'blocked');
  t.same(outcomes(rig.events()), { 'a@one': 'inconclusive', 'a@two': 'inconclusive' });
  t.match(rig.log.toSorted(), ['acquire one', 'acquire two', 'release one', 'release two']);
  t.match(record.reasons.join('\n'), /no compiler/);
});

t.test('a guest that does not come up fails its own cells only', async (t) => {
  const rig = await flowRig(t, [testCheck('a')]);
  const { record } = await rig.run({
    toolkitFor: (kind) => ({
      ...fakeToolkit,
      describe: async (call) => ({
        ...(await fakeToolkit.describe(call)),
        osVersion: kind.kind === 'agent' && kind.launcher === 'one' ? '10.0.7601' : '10.0.19045',
      }),
    }),
  });
  t.equal(record.verdict, 'blocked');
  t.same(outcomes(rig.events()), { 'a@one': 'inconclusive', 'a@two': 'passed' });
  t.match(record.guests[0]?.errors, [{ code: 'run.wrong-guest' }]);
  t.ok(rig.log.includes('release one'), 'what had come up is released');
});

t.test('a guest killed in mid-check: the cell is inconclusive, the next one gets a rewound guest', async (t) => {
  let rig: Awaited<ReturnType<typeof flowRig>>;
  const dies = testCheck('dies', async (guest, call) => {
    if (guest.spec.name === 'one') {
      rig.kill('one');
      await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)));
    }
    return {};
  });
  rig = await flowRig(t, [dies, testCheck('next')]);
  const { record } = await rig.run();
  t.same(outcomes(rig.events()), { 'dies@one': 'inconclusive', 'next@one': 'passed', 'dies@two': 'passed', 'next@two': 'passed' });
  const lost = record.cells.find((cell) => cell.id === 'dies@one')?.outcome;
  t.match(lost, { kind: 'inconclusive', error: { code: 'run.guest-lost', message: /killed by the test/ } });
  t.ok(rig.log.includes('rewind one'));
  t.notOk(rig.log.includes('rewind two'));
  t.same(copies(rig.events()), ['one', 'one', 'two'], 'the rewound guest has no bundle and gets it again; the other one keeps it');
});

t.test('a check that asks for a pristine guest gets a rewound one when the guest was used', async (t) => {
  const pristine = (id: string) => testCheck(id, undefined, { startsFrom: 'pristine' });
  const rig = await flowRig(t, [pristine('a'), pristine('b')]);
  await rig.run();
  t.same(
    rig.log.filter((line) => line.endsWith('one')),
    ['acquire one', 'rewind one', 'release one'],
  );
  t.equal(rig.events().filter((event) => event.type === 'guest-rewound').length, 2);
  t.same(copies(rig.events()), ['one', 'one', 'two', 'two']);
});

t.test('what needs isolation is inconclusive where there is none', async (t) => {
  const rig = await flowRig(
    t,
    [testCheck('a', () => t.fail('asked') as never, { needsIsolation: true }), testCheck('b')],
    undefined,
    'none',
  );
  const { record } = await rig.run();
  t.match(record.cells.find((cell) => cell.id === 'a@one')?.outcome, { kind: 'inconclusive', error: { code: 'run.not-isolated' } });
  t.match(record.warnings, [{ code: 'not-isolated' }, { code: 'not-isolated' }]);
  t.equal(record.verdict, 'blocked');
});

t.test('an interruption leaves a record that says so, and nothing running', async (t) => {
  const begun = Promise.withResolvers<void>();
  const waits = testCheck('waits', async (_, call) => {
    begun.resolve();
    await new Promise((_resolve, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)));
    return {};
  });
  const rig = await flowRig(t, [waits]);
  const running = rig.run();
  await begun.promise;
  rig.stop.abort(interruption);
  const { record } = await running;
  t.equal(record.verdict, 'interrupted');
  t.match(record.cells, [{ outcome: { kind: 'missing' } }, { outcome: { kind: 'missing' } }]);
  t.same(rig.log.filter((line) => line.startsWith('release')).toSorted(), ['release one', 'release two']);
  t.match(
    rig.events().find((event) => event.type === 'interrupted'),
    { signal: 'SIGINT' },
  );
});

t.test('an interruption before anything started works too', async (t) => {
  const rig = await flowRig(t, [testCheck('a')]);
  rig.stop.abort(interruption);
  const { record } = await rig.run();
  t.equal(record.verdict, 'interrupted');
  t.same(rig.log.filter((line) => line.startsWith('release')).length, rig.log.filter((line) => line.startsWith('acquire')).length);
});

t.test('a check that throws or finds invalid facts is inconclusive and never the product’s fault', async (t) => {
  const { z } = await import('zod');
  const rig = await flowRig(t, [
    testCheck('throws', () => Promise.reject(new Error('oops'))),
    testCheck('lies', async () => ({ surprise: true }), { facts: z.strictObject({}) }),
    testCheck('judge', undefined, {
      judge: () => {
        throw new Error('judge broke');
      },
    }),
  ]);
  const { record } = await rig.run();
  t.equal(record.verdict, 'blocked');
  t.ok(record.cells.every((cell) => cell.outcome.kind === 'inconclusive'));
});

t.test(
  'what runs alone is prepared before the first of its kind has its turn, and waits for what other guests still have to do',
  async (t) => {
    const log: string[] = [];
    const said = (what: string) => async (guest: { readonly spec: { readonly name: string } }) => {
      log.push(`${what} ${guest.spec.name}`);
      await new Promise((resolve) => setImmediate(resolve));
      return {};
    };
    const slow = testCheck('slow', async (guest) => {
      // The other guest has long finished then, and would have its turn.
      if (guest.spec.name === 'two') for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return await said('slow')(guest);
    });
    const measured = (id: string) =>
      testCheck(id, said(id), { lane: 'host', prepare: async (guest) => void (await said(`prepare ${id}`)(guest)) });
    const rig = await flowRig(t, [slow, measured('first'), measured('second')]);
    const { record } = await rig.run();
    t.equal(record.verdict, 'accepted');
    t.same(log.slice(0, 4).toSorted(), ['prepare first one', 'prepare first two', 'slow one', 'slow two']);
    t.same(log.slice(4).toSorted(), ['first one', 'first two', 'prepare second one', 'prepare second two', 'second one', 'second two']);
    t.same(
      record.cells.filter(({ lane }) => lane === 'host').flatMap(({ alongside }) => alongside),
      [],
      'they ran alone',
    );
  },
);

t.test('a check that cannot be prepared is inconclusive, is not asked, and leaves a guest that is not used again', async (t) => {
  const broken = testCheck('broken', () => t.fail('asked') as never, { lane: 'host', prepare: () => Promise.reject(new Error('no room')) });
  const rig = await flowRig(t, [broken, testCheck('after', undefined, { lane: 'host' })]);
  const { record } = await rig.run();
  t.match(
    record.cells.map(({ outcome }) => outcome),
    [
      { kind: 'inconclusive', error: { message: /no room/ } },
      { kind: 'passed' },
      { kind: 'inconclusive', error: { message: /no room/ } },
      { kind: 'passed' },
    ],
  );
  t.equal(rig.log.filter((line) => line.startsWith('rewind')).length, 2);
});

t.test('a check that hangs is ended by its deadline', async (t) => {
  const hangs = testCheck(
    'hangs',
    (_, call) => new Promise((_resolve, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason))),
  );
  const rig = await flowRig(t, [hangs], (config) => ({
    ...config,
    timeouts: { ...config.timeouts, checkSeconds: 0.05, copySeconds: 0.05 },
  }));
  const { record } = await rig.run();
  t.match(record.cells[0]?.outcome, { kind: 'inconclusive', error: { code: 'lab.deadline' } });
});

t.test('guests are kept when asked: always, or only after a failure', async (t) => {
  const always = await flowRig(t, [testCheck('a')], (config) => ({ ...config, keep: 'always' }));
  await always.run();
  t.same(always.log.slice(2), ['hold one two', 'release two', 'release one']);
  const calm = await flowRig(t, [testCheck('a')], (config) => ({ ...config, keep: 'on-failure' }));
  await calm.run();
  t.notOk(calm.log.some((line) => line.startsWith('hold')));
  const failing = await flowRig(t, [testCheck('a', () => Promise.reject(new Error('no')))], (config) => ({
    ...config,
    keep: 'on-failure',
  }));
  await failing.run();
  t.ok(failing.log.includes('hold one two'));
});

t.test('a disk that fills up in mid-run ends the run with that error, and nothing is left running', async (t) => {
  const full = LabError.of('file.disk-full', { path: 'events.ndjson' });
  let lines = 0;
  const rig = await flowRig(t, [testCheck('a')]);
  await t.rejects(
    rig.run({
      openJournalFile: async () => ({
        append: () => ((lines += 1) > 4 ? Promise.reject(full) : Promise.resolve()),
        sync: async () => {},
        [Symbol.asyncDispose]: async () => {},
      }),
    }),
    { code: 'file.disk-full' },
  );
  t.equal(rig.log.filter((line) => line.startsWith('release')).length, rig.log.filter((line) => line.startsWith('acquire')).length);
});

t.test('a reporter that throws is left out, the run goes on and the record says so', async (t) => {
  const rig = await flowRig(t, [testCheck('a')]);
  const { record, reporterFailures } = await rig.run({
    reporters: [
      {
        name: 'bad',
        on: () => {
          throw new Error('cannot draw');
        },
      },
      { name: 'late', on: () => {}, finish: () => Promise.reject(new Error('cannot write')) },
    ],
  });
  t.equal(rig.events().filter((event) => event.type === 'reporter-failed').length, 1);
  t.match(record.errors, [{ message: /cannot draw/ }]);
  t.match(reporterFailures, [{ reporter: 'late' }]);
});

t.test('a secret in the run folder means no seal', async (t) => {
  const { Masker } = await import('./core/secret.ts');
  const masker = new Masker();
  masker.register('the password');
  const rig = await flowRig(t, [testCheck('a')]);
  let sealed = false;
  const leaky = {
    name: 'leaky',
    on: () => {},
    finish: async () => [{ fileName: 'leak.bin', mediaType: 'x', content: Buffer.from('the password') }],
  };
  await t.rejects(rig.run({ masker, reporters: [leaky], seal: async () => void (sealed = true) }), { code: 'run.secret-in-folder' });
  t.notOk(sealed);
});
