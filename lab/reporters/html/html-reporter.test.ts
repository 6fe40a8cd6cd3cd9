import t from 'tap';
import type { Call } from '../../core/call.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { FinishedRun } from '../../core/reporter.ts';
import { type SampleKind, finishedSample, sampleKinds, sampleRun } from '../../testing/fixtures/sample-run.ts';
import { htmlReporter } from './html-reporter.ts';

const call: Call = { signal: new AbortController().signal, deadline: { remainingMs: () => Infinity } };

async function page(run: FinishedRun): Promise<string> {
  const [file] = (await htmlReporter().finish?.(run, call)) ?? [];
  return String(file?.content);
}
const pageOf = (kind: SampleKind): Promise<string> => page(finishedSample(sampleRun(kind)));

const count = (text: string, part: string): number => text.split(part).length - 1;

t.test('one file, and nothing in it is fetched or run', async (t) => {
  for (const kind of sampleKinds) {
    const html = await pageOf(kind);
    t.match(
      html,
      /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8"\s?\/?><meta http-equiv="Content-Security-Policy" content="default-src (?:'|&#39;)none/,
      kind,
    );
    t.match(html, /style-src 'unsafe-inline'; img-src data:/);
    t.notMatch(html, /<(?:script|iframe|object|embed|link|img|base|form|meta http-equiv="refresh")[\s>]/i);
    t.notMatch(html, /<[^>]* on[a-z]+=/i, 'no handler');
    t.notMatch(html, /(?:src|href|action)="(?!#)/, 'every link stays on the page');
    t.notMatch(html, /@import|url\(/);
  }
});

t.test('the verdict says what it is worth', async (t) => {
  t.match(await pageOf('emulated'), /<title>ACCEPTED as a rehearsal \(emulated, not Windows\): AniVault 0\.1\.0<\/title>/);
  t.match(await pageOf('accepted'), /<title>ACCEPTED: AniVault 0\.1\.0<\/title>/);
  t.match(await pageOf('rejected'), /<span class="stamp">REJECTED<\/span> <span class="qualifier">in a rehearsal/);
  for (const kind of sampleKinds) {
    const html = await pageOf(kind);
    const cells = sampleRun(kind).record.cells.length;
    const guestsUp = sampleRun(kind).record.guests.filter((guest) => guest.assurance !== undefined).length;
    if (kind === 'accepted') {
      t.equal(count(html, 'emulated, not Windows'), 0);
      t.notMatch(html, /<aside/);
    } else {
      t.match(html, /<aside class="banner"[^>]*><p><strong>emulated, not Windows<\/strong>/);
      const labelled = html
        .match(/<article[^>]*class="card (?:passed|failed|skipped|inconclusive|missing)"[^]*?<\/header>/g)
        ?.filter((head) => head.includes('emulated, not Windows')).length;
      t.equal(labelled, (cells * guestsUp) / 2, `${kind}: each card of a guest that was there carries the label`);
    }
  }
});

t.test('what was tested, on what, and why not, stand before the details', async (t) => {
  const html = await pageOf('rejected');
  const top = html.slice(0, html.indexOf('id="matrix"'));
  const { bundle } = sampleRun('rejected').record;
  for (const wanted of [
    'AniVault 0.1.0',
    String(bundle?.commit),
    String(bundle?.digest),
    'Windows 10 Pro 10.0.19045',
    'Wine 10.0',
    'isolated by namespaces',
    'crash.log behind',
    'Remove the file on exit',
    'href="#cell-clean-install@win11"',
  ]) {
    t.ok(top.includes(wanted), wanted);
  }
  t.ok(html.includes('id="cell-clean-install@win11"'));
  t.ok(html.indexOf('id="cell-clean-install@win11"') < html.indexOf('id="cell-clean-install@win10"'), 'the worst comes first');
});

t.test('every anchor leads somewhere and every id is there once', async (t) => {
  for (const kind of sampleKinds) {
    const html = await pageOf(kind);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
    t.equal(new Set(ids).size, ids.length, `${kind}: ids are unique`);
    for (const [, target] of html.matchAll(/href="#([^"]*)"/g)) t.ok(ids.includes(target), `#${target}`);
  }
});

t.test('the page carries the digest of the record, and how to verify', async (t) => {
  const run = finishedSample(sampleRun('emulated'));
  const html = await page(run);
  t.ok(html.includes(run.recordSha256));
  t.ok(html.includes(`npm run lab -- verify ${run.record.runId}`));
  t.ok(html.includes(String(run.record.plan)));
});

t.test('warnings, retries, isolation and guests that never came up are told', async (t) => {
  t.match(await pageOf('emulated'), /Copying the bundle took longer than usual/);
  t.match(await pageOf('emulated'), /copy to win11, attempt 1: The connection was reset/);
  t.match(await pageOf('not-isolated'), /none: it could see the host/);
  t.match(await pageOf('not-isolated'), /Namespaces are refused here/);
  t.match(await pageOf('blocked'), /never came up/);
  t.match(await pageOf('blocked'), /did not finish within 120 s/);
});

t.test('small text evidence stands in the page, large and binary evidence does not', async (t) => {
  const sample = sampleRun('emulated');
  const run = finishedSample(sample);
  t.match(await page(run), /<pre tabindex="0">anivault 0\.1\.0 \(windows x64\) on win10/);
  const kept = (mediaType: string, sizeBytes: number): FinishedRun => ({
    ...run,
    record: {
      ...run.record,
      cells: run.record.cells.map((cell) => ({ ...cell, evidence: cell.evidence.map((piece) => ({ ...piece, mediaType, sizeBytes })) })),
    },
  });
  t.notMatch(await page(kept('application/octet-stream', 39)), /<pre tabindex="0">anivault/);
  t.notMatch(await page(kept('text/plain', 1 << 20)), /<pre tabindex="0">anivault/);
  const asked: Sha256[] = [];
  const gone = await page({ ...run, readEvidence: async (sha256) => void asked.push(sha256) });
  t.match(gone, /This file is missing from the run folder/);
  t.ok(asked.length > 0);
  const html = await page({ ...kept('text/html', 30), readEvidence: async () => Buffer.from('<script>alert(1)</script><b>&amp;') });
  t.ok(html.includes('&lt;script>alert(1)&lt;/script>&lt;b>&amp;amp;'), 'HTML evidence is shown as text');
});

t.test('evidence that grew since is not shown', async (t) => {
  const html = await page({ ...finishedSample(sampleRun('emulated')), readEvidence: async () => Buffer.alloc(1 << 20, 'x') });
  t.notMatch(html, /xxxxxxxxxx/);
});

t.test('sizes stay in bounds', async (t) => {
  t.ok((await pageOf('emulated')).length < 300_000);
  t.ok((await pageOf('hostile')).length < 300_000);
  const many = await page(finishedSample(sampleRun('rejected', { checks: 500 })));
  t.equal(many.match(/<article[^>]*id="cell-/g)?.length, 1000);
  t.ok(many.length < 5_000_000);
});

t.test('an aborted call ends it', async (t) => {
  const stopped = { ...call, signal: AbortSignal.abort(new Error('enough')) };
  await t.rejects(async () => htmlReporter().finish?.(finishedSample(sampleRun('emulated')), stopped), { message: 'enough' });
});
