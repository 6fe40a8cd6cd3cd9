import { rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { Call } from '../core/call.ts';
import { foldRecord } from '../core/record.ts';
import { sampleRun, writeSampleRun } from '../testing/fixtures/sample-run.ts';
import { canonicalJson } from './canonical-json.ts';
import { readRun } from './read-run.ts';

const call: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };
const sample = sampleRun('rejected');

t.test('a run is read back as it was written', async (t) => {
  const folder = path.join(t.testdir({}), 'run');
  await writeSampleRun(sample, folder);
  const run = await readRun(folder, {}, call);
  t.same(run.plan, sample.plan);
  t.same(run.journal, sample.lines);
  t.same(run.record, JSON.parse(sample.recordText));
  t.equal(run.tornEnd, false);
  t.match(run.recordSha256, /^[0-9a-f]{64}$/);
});

t.test('a killed lab leaves a torn journal and no record: read only when that is asked for', async (t) => {
  const folder = path.join(t.testdir({}), 'run');
  await writeSampleRun(sample, folder);
  await rm(path.join(folder, 'record.json'));
  const whole = Buffer.byteLength(sample.journalText);
  for (const cut of [1, 2, 40, 300]) {
    await truncate(path.join(folder, 'events.ndjson'), whole - cut);
    await t.rejects(readRun(folder, {}, call), { code: 'trust.run-damaged' });
    const run = await readRun(folder, { tolerateTornEnd: true }, call);
    t.equal(run.record, undefined);
    t.equal(run.tornEnd, true);
    const kept =
      Buffer.from(sample.journalText)
        .subarray(0, whole - cut)
        .toString()
        .split('\n').length - 1;
    t.equal(run.journal.length, kept, 'all that was finished');
    t.same(run.journal, sample.lines.slice(0, kept));
    t.equal(foldRecord(run.plan, run.journal).verdict, 'rejected');
    await writeFile(path.join(folder, 'events.ndjson'), sample.journalText);
  }
});

t.test('killed between the plan and the first word of it', async (t) => {
  const folder = path.join(t.testdir({}), 'run');
  await writeSampleRun(sample, folder);
  await rm(path.join(folder, 'record.json'));
  await writeFile(path.join(folder, 'events.ndjson'), sample.journalText.split('\n').slice(0, 1).join('\n') + '\n');
  t.equal((await readRun(folder, { tolerateTornEnd: true }, call)).journal.length, 1);
});

t.test('tolerance goes no further', async (t) => {
  const lines = sample.journalText.split('\n');
  const cases: readonly (readonly [string, (folder: string) => Promise<unknown>, RegExp])[] = [
    ['a line taken out', (folder) => writeFile(path.join(folder, 'events.ndjson'), lines.toSpliced(3, 1).join('\n')), /broken at line 4/],
    [
      'two lines swapped',
      (folder) =>
        writeFile(
          path.join(folder, 'events.ndjson'),
          lines
            .with(3, lines[4] ?? '')
            .with(4, lines[3] ?? '')
            .join('\n'),
        ),
      /broken at line 4/,
    ],
    [
      'a changed word',
      (folder) => writeFile(path.join(folder, 'events.ndjson'), sample.journalText.replace('"lab run"', '"lab RUN"')),
      /broken at line 2/,
    ],
    [
      'an unknown event',
      (folder) => writeFile(path.join(folder, 'events.ndjson'), sample.journalText.replace('"run-started"', '"run-begun"')),
      /events\.ndjson:1/,
    ],
    ['an empty line', (folder) => writeFile(path.join(folder, 'events.ndjson'), `\n${sample.journalText}`), /events\.ndjson:1 is not JSON/],
    ['no line at all', (folder) => writeFile(path.join(folder, 'events.ndjson'), ''), /events\.ndjson is empty/],
    [
      'bytes that are no UTF-8',
      (folder) =>
        writeFile(path.join(folder, 'events.ndjson'), Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from(sample.journalText)])),
      /events\.ndjson:1/,
    ],
    ['no plan', (folder) => rm(path.join(folder, 'plan.json')), /plan\.json/],
    [
      'a plan with a member more',
      (folder) => writeFile(path.join(folder, 'plan.json'), sample.planText.replace('{', '{"x":1,')),
      /plan\.json/,
    ],
    [
      'a record with another verdict',
      (folder) => writeFile(path.join(folder, 'record.json'), sample.recordText.replace('"rejected"', '"accepted"')),
      /record\.json is not what/,
    ],
    [
      'a link in place of the record',
      async (folder) => {
        await rm(path.join(folder, 'record.json'));
        await symlink('plan.json', path.join(folder, 'record.json'));
      },
      /record\.json is a link/,
    ],
  ];
  for (const [name, damage, problem] of cases) {
    await t.test(name, async (t) => {
      const folder = path.join(t.testdir({}), 'run');
      await writeSampleRun(sample, folder);
      await damage(folder);
      await t.rejects(readRun(folder, { tolerateTornEnd: true }, call), { code: 'trust.run-damaged', message: problem });
    });
  }
});

t.test('canonical JSON has one spelling', async (t) => {
  t.equal(canonicalJson({ b: [1, { d: null, c: 'é\n' }], a: undefined, A: true }), '{"A":true,"b":[1,{"c":"é\\n","d":null}]}');
  t.equal(canonicalJson({ '\u{1f600}': 1, '\ufb33': 2 }), '{"\u{1f600}":1,"\ufb33":2}', 'keys sort by UTF-16 code units (RFC 8785, 3.2.3)');
});
