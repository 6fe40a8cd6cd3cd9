import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { asOrdinaryUser, ordinaryFolder } from '../testing/ordinary-user.ts';
import { standInKeys, startTmdbStandIn } from '../testing/tmdb-stand-in.ts';
import { readTokens } from './ledger-names.ts';
import { lookAtLedger } from './look-at-ledger.ts';
import { openTokenLedger } from './token-ledger.ts';

const limits = { requests: 5, windowMs: 1_000, longestPauseMs: 60_000 };
const HOLD_MS = 10_000;

t.test('hands out each token once, and again a window after the answer', async (t) => {
  const ledger = openTokenLedger(path.join(t.testdir({}), 'deep/limiter'), limits, HOLD_MS);
  const taken = await Promise.all(Array.from({ length: 8 }, async () => ledger.take(1_000)));
  t.equal(taken.filter(({ kind }) => kind === 'taken').length, 5);
  t.same(
    taken.filter(({ kind }) => kind !== 'taken').map((answer) => (answer.kind === 'wait' ? answer.forMs : answer)),
    [11_000, 11_000, 11_000],
    'a killed process would block its tokens for so long, and no longer',
  );
  for (const answer of taken) if (answer.kind === 'taken') await ledger.giveBack(answer.token, 1_300);
  t.same(await ledger.take(2_299), { kind: 'wait', forMs: 1 });
  t.equal((await ledger.take(2_300)).kind, 'taken');
});

t.test('two ledgers on one folder are one', async (t) => {
  const folder = t.testdir({});
  const ledgers = [0, 1, 2].map(() => openTokenLedger(folder, limits, HOLD_MS));
  const taken = await Promise.all(ledgers.flatMap((ledger) => Array.from({ length: 5 }, async () => ledger.take(1_000))));
  t.equal(taken.filter(({ kind }) => kind === 'taken').length, 5);
  t.equal(new Set(taken.flatMap((answer) => (answer.kind === 'taken' ? [answer.token.number] : []))).size, 5);
});

t.test('a pause is for all, and ends', async (t) => {
  const folder = t.testdir({});
  const [one, other] = [openTokenLedger(folder, limits, HOLD_MS), openTokenLedger(folder, limits, HOLD_MS)];
  await one.pause(5_000, 1_000);
  t.same(await other.take(1_000), { kind: 'paused', until: 5_000 });
  t.equal((await other.take(5_000)).kind, 'taken');
  t.same(
    readdirSync(path.join(folder, 'tokens-5')).filter((name) => name.startsWith('pause')),
    [],
    'what is over goes',
  );
  await one.pause(1e12, 5_000);
  t.same(await other.take(5_000), { kind: 'paused', until: 65_000 }, 'an absurd one is cut');
});

t.test('survives what people do to it', async (t) => {
  const folder = t.testdir({});
  const ledger = openTokenLedger(folder, limits, HOLD_MS);
  const tokens = path.join(folder, 'tokens-5');
  t.equal((await ledger.take(1_000)).kind, 'taken');
  rmSync(tokens, { recursive: true });
  t.equal((await ledger.take(1_000)).kind, 'taken', 'the folder is gone');
  for (const name of ['notes.txt', '99.1', '1.x', '-1.2.3', 'pause-soon']) writeFileSync(path.join(tokens, name), '');
  t.equal((await ledger.take(1_000)).kind, 'taken', 'files of somebody else');
});

t.test('a process that was killed between taking a token and saying so blocks it no longer than another', async (t) => {
  const folder = t.testdir({ 'tokens-5': Object.fromEntries([0, 1, 2, 3, 4].map((number) => [`${number}.7`, ''])) });
  const ledger = openTokenLedger(folder, limits, HOLD_MS);
  const now = Date.now();
  const answer = await ledger.take(now);
  t.ok(answer.kind === 'wait' && answer.forMs > HOLD_MS && answer.forMs <= HOLD_MS + limits.windowMs + 1, JSON.stringify(answer));
  t.match(await ledger.take(now + HOLD_MS + limits.windowMs + 1), { kind: 'taken', token: { generation: 8 } });
});

t.test('files do not pile up', async (t) => {
  const folder = t.testdir({});
  const ledger = openTokenLedger(folder, limits, HOLD_MS);
  for (let turn = 0; turn < 100; turn += 1) {
    const answer = await ledger.take(turn * 2_000);
    if (answer.kind !== 'taken') throw new Error(answer.kind);
    await ledger.giveBack(answer.token, turn * 2_000);
  }
  t.ok(readdirSync(path.join(folder, 'tokens-5')).length <= 5 * 6);
});

t.test('a process that slept for long cannot take what others have used since', async (t) => {
  const names = ['3.6', '3.6.5000', '3.7', '3.7.6000'];
  t.same(readTokens(names, 5)[3], { number: 3, generation: 7, freeAt: 6_000, old: ['3.6', '3.6.5000'] });
  t.same(readTokens(['3.8', ...names], 5)[3]?.freeAt, undefined);
  t.same(readTokens([], 5)[0], { number: 0, generation: 0, freeAt: 0, old: [] });
  fc.assert(fc.property(fc.array(fc.string()), (any) => readTokens(any, 5).length === 5));
});

t.test('a clock that was put back blocks nothing for long', async (t) => {
  const ledger = openTokenLedger(t.testdir({}), limits, HOLD_MS);
  const late = 1_000_000_000;
  for (let index = 0; index < 5; index += 1) await ledger.take(late);
  const answer = await ledger.take(late - 3_600_000);
  t.match(answer, { kind: 'wait' });
  t.ok(answer.kind === 'wait' && answer.forMs <= HOLD_MS + limits.windowMs);
});

t.test('a folder that may not be written is said, not waited for', async (t) => {
  const folder = ordinaryFolder(t);
  await asOrdinaryUser(async () => {
    mkdirSync(path.join(folder, 'locked'), { mode: 0o500 });
    const ledger = openTokenLedger(path.join(folder, 'locked/limiter'), limits, HOLD_MS);
    await t.rejects(ledger.take(1_000), { code: 'not-writable', exitCode: 4 });
  });
});

t.test('four processes together keep the limit, also when one is killed', async (t) => {
  await using standIn = await startTmdbStandIn();
  const folder = t.testdir({});
  const program = path.join(import.meta.dirname, '../testing/limited-client.main.ts');
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--no-warnings', program, standIn.url, folder, standInKeys.v3, '30'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  t.teardown(() => children.forEach((child) => child.kill('SIGKILL')));
  const ended = children.map(async (child) => {
    let text = '';
    child.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
    await once(child, 'close');
    return text;
  });
  while (standIn.seen.length < 50) await new Promise((resolve) => setTimeout(resolve, 10));
  children[0]!.kill('SIGKILL');
  const [killed, ...others] = await Promise.all(ended);
  t.equal(killed, '', 'it was killed in the middle');
  t.same(others, ['done\n', 'done\n', 'done\n']);
  const times = standIn.seen.map(({ at }) => at);
  const most = Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1_000).length));
  t.comment(`${times.length} requests in ${Math.round(times.at(-1)! - times[0]!)} ms, ${most} at most within a second`);
  t.ok(most <= 35, `${most} within a second`);
  t.ok(most >= 25, `${most}: the limit is used, too`);
});

t.test('a look at the ledger changes nothing', async (t) => {
  const folder = t.testdir({});
  const three = { requests: 3, windowMs: 1_000, longestPauseMs: 60_000 };
  const now = 1_700_000_000_000;
  t.same(await lookAtLedger(folder, three, now), { pausedUntil: undefined, tokens: 3, taken: 0 });
  const ledger = openTokenLedger(folder, three, 5_000);
  await ledger.take(now);
  await ledger.take(now);
  await ledger.pause(now + 30_000, now);
  const before = readdirSync(folder, { recursive: true });
  t.same(await lookAtLedger(folder, three, now), { pausedUntil: now + 30_000, tokens: 3, taken: 2 });
  t.same(await lookAtLedger(folder, three, now + 40_000), { pausedUntil: undefined, tokens: 3, taken: 0 });
  t.same(readdirSync(folder, { recursive: true }), before);
});
