import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { asOrdinaryUser, ordinaryFolder } from '../../../testing/ordinary-user.ts';
import { listTree } from './list-tree.ts';

const root = t.testdir({ c: {} });
process.env['LAB_GUEST_ROOT'] = root;

t.test('what comes and goes during a listing does not break it', async (t) => {
  const folder = path.join(root, 'c/churn');
  mkdirSync(folder);
  for (let index = 0; index < 50; index += 1) writeFileSync(path.join(folder, `stays-${index}`), 'x');
  const churn = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { mkdirSync, rmSync, writeFileSync } = require('node:fs');
    let on = true;
    parentPort.on('message', () => { on = false; });
    const turn = () => {
      for (let i = 0; i < 20; i++) { mkdirSync(workerData + '/dir-' + i + '/deep', { recursive: true }); writeFileSync(workerData + '/dir-' + i + '/deep/file', 'y'); writeFileSync(workerData + '/goes-' + i, 'z'); }
      for (let i = 0; i < 20; i++) { rmSync(workerData + '/dir-' + i, { recursive: true }); rmSync(workerData + '/goes-' + i); }
      if (on) setImmediate(turn); else process.exit(0);
    };
    parentPort.postMessage('ready');
    turn();`;
  const worker = new Worker(churn, { eval: true, workerData: folder });
  await new Promise((resolve) => worker.once('message', resolve));
  let seen = 0;
  for (let turn = 0; turn < 40; turn += 1) {
    const { entries, complete } = listTree({ root: 'C:\\churn', hash: true, maxEntries: 1000 });
    if (!complete || entries.filter((entry) => entry.path.startsWith('stays-') && entry.sha256 !== undefined).length !== 50)
      t.fail(`listing ${turn} lost what stayed`);
    if (entries.length > 50) seen += 1;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  worker.postMessage('stop');
  await new Promise((resolve) => worker.once('exit', resolve));
  t.ok(seen > 0, `something came or went in ${seen} of 40 listings`);
});

t.test('a directory that cannot be read makes the listing incomplete', async (t) => {
  const drives = ordinaryFolder(t);
  process.env['LAB_GUEST_ROOT'] = drives;
  t.teardown(() => (process.env['LAB_GUEST_ROOT'] = root));
  await asOrdinaryUser(() => {
    mkdirSync(path.join(drives, 'c/closed'), { recursive: true });
    mkdirSync(path.join(drives, 'c/closed/inner'), { mode: 0 });
    const listing = listTree({ root: 'C:\\closed', hash: false, maxEntries: 10 });
    chmodSync(path.join(drives, 'c/closed/inner'), 0o700);
    t.same(listing, {
      entries: [{ path: 'inner', kind: 'directory', sizeBytes: 0 }],
      complete: false,
    });
  });
});

t.test('a long answer is cut before it gets too long', async (t) => {
  let folder = path.join(root, 'c/long');
  mkdirSync(folder);
  // 250 bytes a name and a dozen levels: some 3000 characters a path, each of which takes six in JSON.
  for (let level = 0; level < 12; level += 1) {
    folder = path.join(folder, '\u0001'.repeat(250));
    mkdirSync(folder);
  }
  for (let index = 0; index < 800; index += 1) writeFileSync(path.join(folder, `${index}`), '');
  const listing = listTree({ root: 'C:\\long', hash: false, maxEntries: 100_000 });
  t.equal(listing.complete, false);
  t.ok(JSON.stringify(listing).length < 16 << 20, 'below the bound of an answer');
  t.ok(listing.entries.length > 500);
});

t.test('a file is no tree', async (t) => {
  writeFileSync(path.join(root, 'c/file'), '');
  t.throws(() => listTree({ root: 'C:\\file', hash: false, maxEntries: 1 }), { code: 'not-found' });
});
