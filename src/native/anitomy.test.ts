import * as fc from 'fast-check';
import t from 'tap';
import { startAnitomy } from './anitomy.ts';
import { componentTrials } from './component-trials.ts';
import { readPart } from './part-source.ts';

t.test('parses, several times over, and leaves no process-wide handlers behind', async (t) => {
  const before = [process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')];
  const anitomy = await startAnitomy(readPart('anitomyscript.wasm'));
  t.same([process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')], before);
  t.match(anitomy.parse('[G] Hana no Uta - 05 🙂.mkv'), { AnimeTitle: ['Hana no Uta'], EpisodeNumber: ['05'], EpisodeTitle: ['🙂'] });
  t.match(anitomy.parse('進撃の巨人 第05話.mp4'), { AnimeTitle: ['進撃の巨人'], EpisodeNumber: ['05'] });
  const titles = Array.from({ length: 5000 }, (_, index) => anitomy.parse(`Show - ${(index % 90) + 10}.mkv`)['AnimeTitle']?.[0]);
  t.same([...new Set(titles)], ['Show'], 'it gives back the memory it takes');
});

t.test('takes what no sane file is called', async (t) => {
  const anitomy = await startAnitomy(readPart('anitomyscript.wasm'));
  for (const name of ['', '.mkv', '[', '][', '- -', '\ud800.mkv', '🙂', '('.repeat(255), ' '.repeat(300), '[]'.repeat(200)])
    t.type(anitomy.parse(name), 'object', name);
  t.throws(() => anitomy.parse('a\0b'), RangeError);
});

t.test('a name that breaks it is refused, and the next one is read', async (t) => {
  const anitomy = await startAnitomy(readPart('anitomyscript.wasm'));
  const parts =
    '[¦]¦(¦【¦】¦「¦」¦{¦-¦_¦.¦ ¦~¦/¦\ud800¦🌸¦Lab¦S02¦S2E05¦Ep¦2nd¦話¦05.5¦01-12¦1080p¦1920x1080¦v2¦OVA¦Movie¦2019¦F02B9CEE¦II¦.mkv'.split(
      '¦',
    );
  const names = fc.array(fc.constantFrom(...parts), { maxLength: 14 }).map((some) => some.join(''));
  let refused = 0;
  for (const name of fc.sample(names, { numRuns: 40_000, seed: 7 })) {
    try {
      anitomy.parse(name);
    } catch (error) {
      t.type(error, RangeError, JSON.stringify(name));
      refused += 1;
      t.match(anitomy.parse('[G] Hana no Uta - 05.mkv'), { AnimeTitle: ['Hana no Uta'], EpisodeNumber: ['05'] });
    }
  }
  t.ok(refused > 0, 'some names do break it; when none does any more, starting it anew has become needless');
  t.throws(() => anitomy.parse('a'.repeat(401)), RangeError);
});

t.test('bytes that are no parser are an error that says so', async (t) => {
  const part = readPart('anitomyscript.wasm');
  await t.rejects(startAnitomy({ ...part, bytes: new Uint8Array(8) }), { code: 'part-broken' });
});

t.test('every native part works in a development tree', async (t) => {
  const reports = await Promise.all(componentTrials.map((trial) => trial()));
  t.same(
    reports.map(({ name, works, origin }) => ({ name, works, origin })),
    [
      { name: 'anitomyscript.wasm', works: true, origin: 'package' },
      { name: 'sodium-native.node', works: true, origin: 'package' },
    ],
  );
});
