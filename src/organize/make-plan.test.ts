import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { existingFiles } from './existing-files.ts';
import { type NamedFile, makePlan } from './make-plan.ts';

const file = (name: string, title: string, episode = '1'): NamedFile => ({
  path: name,
  sizeBytes: 1,
  parsed: { title, episodes: [episode] },
});
const nothingThere = async (): Promise<undefined> => undefined;
const folders = { source: path.resolve('/in'), destination: path.resolve('/out') };

t.test('a free name is planned', async (t) => {
  const plan = await makePlan([file('a.mkv', 'Show')], folders, nothingThere);
  t.same(plan, { moves: [{ from: 'a.mkv', to: 'Show/Season 01/Show - S01E01.mkv', sizeBytes: 1 }], stays: [] });
});

t.test('files that would meet all stay, whatever the case of their letters', async (t) => {
  const plan = await makePlan([file('a.mkv', 'Show'), file('b.mkv', 'SHOW'), file('c.mkv', 'Show', '2')], folders, nothingThere);
  t.same(
    plan.moves.map((move) => move.from),
    ['c.mkv'],
  );
  t.same(
    plan.stays.map((stay) => [stay.path, stay.reason]),
    [
      ['a.mkv', 'same-destination'],
      ['b.mkv', 'same-destination'],
    ],
  );
});

t.test('a file in its place stays without being a conflict', async (t) => {
  const there = 'Show/Season 01/Show - S01E01.mkv';
  const plan = await makePlan([file(there, 'Show')], { source: folders.destination, destination: folders.destination }, nothingThere);
  t.same(plan, { moves: [], stays: [{ path: there, reason: 'in-place', to: there }] });
});

t.test('what is there already is found on every level, whatever the case and composition', async (t) => {
  const destination = t.testdir({});
  mkdirSync(path.join(destination, 'CAFE\u0301/season 01'), { recursive: true });
  writeFileSync(path.join(destination, 'CAFE\u0301/season 01/café - s01e01.MKV'), '');
  const find = existingFiles(destination);
  const plan = await makePlan([file('a.mkv', 'Café'), file('b.mkv', 'Café', '2')], { ...folders, destination }, find);
  t.same(plan.stays, [{ path: 'a.mkv', reason: 'destination-exists', to: 'Café/Season 01/Café - S01E01.mkv' }]);
  t.equal(plan.moves.length, 1);
  t.equal(await existingFiles(path.join(destination, 'none'))('a/b.mkv', '/in/a.mkv'), undefined, 'a folder that is not there is empty');
});

t.test('a file that is at its place but for the case of its name, or of the way to it, is in place', async (t) => {
  const destination = t.testdir({ show: { 'Season 01': { 'show - s01e01.mkv': '' } } });
  const plan = await makePlan(
    [file('show/Season 01/show - s01e01.mkv', 'Show')],
    { source: destination, destination },
    existingFiles(destination),
  );
  t.same([plan.moves, plan.stays.map((stay) => stay.reason)], [[], ['in-place']]);
});

t.test('a second name of a file is another file', async (t) => {
  const destination = t.testdir({ 'a.mkv': 'x', Show: { 'Season 01': {} } });
  linkSync(path.join(destination, 'a.mkv'), path.join(destination, 'Show/Season 01/Show - S01E01.mkv'));
  const plan = await makePlan([file('a.mkv', 'Show')], { source: destination, destination }, existingFiles(destination));
  t.same(
    plan.stays.map((stay) => stay.reason),
    ['destination-exists'],
  );
});
