import t from 'tap';
import type { JournalLine, LabEvent } from '../core/event.ts';
import type { Sha256 } from '../core/ids.ts';
import { Masker } from '../core/secret.ts';
import { sha256Of } from '../host/hash.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type JournalSink, NO_PREVIOUS, openJournal } from './journal.ts';

const warning = (message: string): LabEvent => ({ type: 'warning', code: 'test', message });

function rig(sink: Partial<JournalSink> = {}, masker = new Masker()) {
  const written: string[] = [];
  const heard: JournalLine[] = [];
  const failures: unknown[] = [];
  const journal = openJournal({
    sink: { append: async (text) => void written.push(text), sync: async () => {}, ...sink },
    clock: manualClock(),
    masker,
    hash: (text): Sha256 => sha256Of(text),
    onLine: (line) => heard.push(line),
    onFailure: (error) => failures.push(error),
  });
  return { journal, written, heard, failures };
}

t.test('lines are numbered, chained by the hash of the text before, and end with a newline', async (t) => {
  const { journal, written } = rig();
  for (const message of ['one', 'two', 'three']) journal.emit(warning(message));
  await journal.flush();
  const lines = written.map((text) => JSON.parse(text) as JournalLine);
  t.match(lines, [{ sequence: 0, previous: NO_PREVIOUS }, { sequence: 1 }, { sequence: 2 }]);
  t.equal(lines[1]?.previous, sha256Of(written[0]!.slice(0, -1)));
  t.equal(lines[2]?.previous, sha256Of(written[1]!.slice(0, -1)));
  t.ok(written.every((text) => text.endsWith('\n') && text.indexOf('\n') === text.length - 1));
});

t.test('listeners get exactly what the file gets, at once, with secrets masked in every form', async (t) => {
  const masker = new Masker();
  masker.register('hunter2 & co');
  const { journal, written, heard } = rig({}, masker);
  const forms = [
    'hunter2 & co',
    encodeURIComponent('hunter2 & co'),
    Buffer.from('hunter2 & co').toString('base64'),
    Buffer.from('hunter2 & co', 'utf16le').toString('base64'),
  ];
  journal.emit(warning(forms.join(' | ')));
  t.equal(heard.length, 1, 'before anything is awaited');
  await journal.flush();
  t.same(heard, [JSON.parse(written[0]!)]);
  for (const form of forms) t.notOk(written[0]!.includes(form), form);
  masker.register('late secret');
  journal.emit(warning('a late secret'));
  await journal.flush();
  t.notOk(written[1]!.includes('late secret'));
});

t.test('what promises something is synced to the disk', async (t) => {
  let syncs = 0;
  const { journal } = rig({ sync: async () => void (syncs += 1) });
  journal.emit(warning('no promise'));
  t.equal(syncs, 0);
  journal.emit({ type: 'run-finished', durationMs: 1 });
  t.equal(syncs, 1);
});

t.test('a full disk is told once, flush rejects, and nothing throws where events are made', async (t) => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  const { journal, failures, heard } = rig({ append: () => Promise.reject(full) });
  journal.emit(warning('lost'));
  journal.emit(warning('lost too'));
  await t.rejects(journal.flush(), full);
  t.same(failures, [full]);
  t.equal(heard.length, 2);
});
