import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { GuestLease } from '../core/guest.ts';
import type { LocalPath } from '../core/ids.ts';
import { Masker } from '../core/secret.ts';
import { fakeTransport } from '../testing/fakes/fake-transport.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { wineSpecs } from '../testing/wine-rig.ts';
import { forgetDeadGuests, noteGuest, runningGuest, runningGuests } from './running-guests.ts';

const SINCE = '2026-01-02T03:04:05.678Z';
const { endpoint } = fakeTransport().addGuest({});
const lease = { spec: wineSpecs.win11, endpoint } as GuestLease;
const change = async (state: LocalPath, more: Readonly<Record<string, unknown>>): Promise<void> => {
  const file = path.join(state, 'guests', 'mine.json');
  const { processStart: _, ...note } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...note, ...more }));
};

t.test('a note tells how to reach a guest, as long as its keeper lives', async (t) => {
  const state = await scratchFolder(t);
  const masker = new Masker();
  t.same(await runningGuests(state, masker), []);
  const note = await noteGuest('mine', lease, SINCE, state);
  const found = await runningGuest('mine', state, masker);
  t.match(found, { name: 'mine', os: 'windows-11', pid: process.pid, since: SINCE });
  t.equal(found.endpoint.transport === 'winrm' && found.endpoint.password.reveal(), endpoint.password.reveal());
  t.equal(masker.mask(endpoint.password.reveal()), '***', 'what is read back is a secret again');
  t.same(await forgetDeadGuests(state), [], 'a living one is not forgotten');
  await t.rejects(runningGuest('other', state, masker), { code: 'usage.no-guest-running', message: /other/ });
  await note[Symbol.asyncDispose]();
  t.same(await runningGuests(state, masker), []);
});

t.test('another process with the keeper’s number is not the keeper', async (t) => {
  const state = await scratchFolder(t);
  await noteGuest('mine', lease, SINCE, state);
  await change(state, { processStart: '00000000-0000-0000-0000-000000000000/1' });
  t.same(await runningGuests(state, new Masker()), [], 'after a restart of the machine, say');
  t.same(await forgetDeadGuests(state), [`removed the note about guest mine, whose process ${process.pid} is gone`]);
  t.same(await readdir(path.join(state, 'guests')), []);
});

t.test('a note of an earlier lab knows the number alone', async (t) => {
  const state = await scratchFolder(t);
  await noteGuest('mine', lease, SINCE, state);
  await change(state, {});
  t.equal((await runningGuests(state, new Masker())).length, 1);
  // No process can have it: the kernel's own limit is 4194304 (proc(5), pid_max).
  await change(state, { pid: 4_194_305 });
  t.same(await runningGuests(state, new Masker()), []);
});
