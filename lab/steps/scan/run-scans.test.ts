import t from 'tap';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { type ScanSubject, type Scanned, type Scanner, scanInWords } from '../../core/scan.ts';
import { systemClock } from '../../host/clock.ts';
import { callOf } from '../../testing/bundle-rig.ts';
import { runScans } from './run-scans.ts';

const clean: Scanned = { looked: { files: 1, bytes: 2 }, outcome: { kind: 'clean' } };
const subject = {
  projectRoot: '/p' as LocalPath,
  bundle: '/b' as LocalPath,
  executable: '/b/a.exe' as LocalPath,
} as ScanSubject;
const scanner = (id: string, scan: Scanner['scan']): Scanner => ({ id, title: id, question: `${id}?`, scan });
const options = { clock: systemClock, limitMs: 5000, parallel: 2, onProgress: () => {} };

t.test('every scanner answers, in the order of the list, and none stands in the way of another', async (t) => {
  const progress: string[] = [];
  const results = await runScans(
    [
      scanner('slow', async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return clean;
      }),
      scanner('broken', () => Promise.reject(new Error('it broke'))),
      scanner('throws', () => {
        throw new TypeError('at once');
      }),
      scanner('quick', async () => clean),
    ],
    subject,
    { ...options, onProgress: (what, done, total) => progress.push(`${done}/${total} ${what}`) },
    callOf(),
  );
  t.match(results, [
    { scanner: 'slow', question: 'slow?', outcome: { kind: 'clean' }, looked: { files: 1 } },
    { scanner: 'broken', outcome: { kind: 'not-run', reason: 'it broke', fix: /--only broken/ } },
    { scanner: 'throws', outcome: { kind: 'not-run', reason: 'at once' } },
    { scanner: 'quick', outcome: { kind: 'clean' } },
  ]);
  t.ok((results[0]?.durationMs ?? 0) >= 45);
  t.same(progress.length, 4);
  t.match(progress[3], /^4\/4 slow: clean$/);
});

t.test('a scanner that missed its control is not clean', async (t) => {
  const control = { what: 'the planted key', caught: false };
  const finding = { code: 'a.b', severity: 'error', message: 'm', fix: 'f', fingerprint: '0123456789abcdef' } as const;
  const results = await runScans(
    [
      scanner('blind', async () => ({ ...clean, control })),
      scanner('half-blind', async () => ({ ...clean, control, outcome: { kind: 'findings', findings: [finding] } })),
      scanner('sees', async () => ({ ...clean, control: { ...control, caught: true } })),
    ],
    subject,
    options,
    callOf(),
  );
  t.match(results, [
    { outcome: { kind: 'not-run', reason: /did not find the planted key/ }, control: { caught: false } },
    { outcome: { kind: 'findings', findings: [{ code: 'a.b' }] } },
    { outcome: { kind: 'clean' } },
  ]);
});

t.test('those that wait for others are started first', async (t) => {
  const started: string[] = [];
  const noting = (id: string, more: Partial<Scanner> = {}): Scanner => ({
    ...scanner(id, async () => {
      started.push(id);
      return clean;
    }),
    ...more,
  });
  const list = [noting('busy'), noting('busy too'), noting('waits', { waits: true })];
  const results = await runScans(list, subject, { ...options, parallel: 1 }, callOf());
  t.same(started, ['waits', 'busy', 'busy too']);
  t.same(
    results.map((result) => result.scanner),
    ['busy', 'busy too', 'waits'],
    'answers keep the order of the list',
  );
});

t.test('no more run at a time than are allowed', async (t) => {
  let running = 0;
  let most = 0;
  const counting = scanner('counting', async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return clean;
  });
  t.equal(
    (
      await runScans(
        Array.from({ length: 7 }, () => ({ ...counting })),
        subject,
        options,
        callOf(),
      )
    ).length,
    7,
  );
  t.equal(most, 2);
});

t.test('one that takes too long has not run, whether it heeds its signal or not', async (t) => {
  const results = await runScans(
    [
      scanner('deaf', () => new Promise(() => {})),
      scanner(
        'heeding',
        (_subject, call) => new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason))),
      ),
    ],
    subject,
    { ...options, limitMs: 60 },
    callOf(),
  );
  for (const { outcome } of results) t.match(outcome, { kind: 'not-run', reason: /took longer|limit|0 s/ });
});

t.test('an aborted call ends all of it', async (t) => {
  const controller = new AbortController();
  const reason = LabError.of('lab.interrupted', { signal: 'the test' });
  const deaf = scanner('deaf', () => new Promise(() => {}));
  const running = runScans([deaf, deaf, deaf], subject, options, callOf(controller));
  controller.abort(reason);
  t.equal(await running.catch((error: unknown) => error), reason);
});

t.test('in words', async (t) => {
  const finding = { code: 'a.b', message: 'm', fix: 'f.', fingerprint: '0123456789abcdef' } as const;
  t.equal(scanInWords({ kind: 'not-run', reason: 'there is none', fix: '' }), 'did not run: there is none');
  t.equal(
    scanInWords({
      kind: 'findings',
      findings: [
        { ...finding, severity: 'note' },
        { ...finding, severity: 'error' },
        { ...finding, severity: 'note' },
      ],
    }),
    '1 error, 2 notes',
  );
});
