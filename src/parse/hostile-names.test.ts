import * as fc from 'fast-check';
import t from 'tap';
import { animeName } from '../contract/anime-name.ts';
import { loadNameParser } from './anime-name-parser.ts';
import { readPath } from './read-path.ts';

/** What names are made of, so that random ones reach far into the parser. */
const parts: readonly string[] = [
  '[¦]¦(¦)¦【¦】¦「¦」¦{¦-¦ - ¦_¦.¦ ¦~¦+¦&¦#¦★¦/¦\0¦\u0001¦\ud800¦🌸',
  'Lab¦Hana no Uta¦花の歌¦S02¦S2E05¦E05¦Ep¦Season¦2nd¦第¦話¦05¦05.5¦01-12¦1080p¦1920x1080¦BD¦x264',
  'v2¦END¦OVA¦NCOP¦Movie¦劇場版¦2019¦F02B9CEE¦II¦Part¦cap¦기¦сезон¦.mkv¦.en.ass¦GRP¦12th¦999999999999999999999999999999',
].flatMap((some) => some.split('¦'));
/** Beginnings of things that are looked for. */
const beginnings: readonly string[] =
  'S1E1-¦S01 E¦1-2-¦ - 1¦- 1 -¦[[¦((¦][¦a.b¦a-b¦S1S¦Episode ¦第1¦I I¦1x1x¦NC OP ¦1.1.¦（¦v1v¦~1¦x26'.split('¦');

t.test('whatever a name is made of, the answer is none or one that the contract allows', async () => {
  const parse = await loadNameParser();
  const valid = (name: string): boolean => {
    const found = parse(name);
    return found === undefined || animeName.safeParse(found).success;
  };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...parts), { maxLength: 14 }).map((some) => some.join('')),
      valid,
    ),
    { numRuns: 800 },
  );
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 120 }), valid), { numRuns: 800 });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...parts), { maxLength: 9 }).map((some) => `${some.join(' ')}.mkv`),
      valid,
    ),
    { numRuns: 800 },
  );
});

t.test('the same name is always read in the same way', async () => {
  const name = fc.array(fc.constantFrom(...parts), { maxLength: 9 }).map((some) => some.join(' '));
  fc.assert(
    fc.property(name, (some) => JSON.stringify(readPath(some)) === JSON.stringify(readPath(some))),
    { numRuns: 500 },
  );
});

t.test('no name takes long', async (t) => {
  // Each kind of thing that is looked for, over and over and never completed, and ordinary words of the same length to compare with.
  const lengths = 1_000;
  const ordinary = millisecondsOf('word and '.repeat(lengths).slice(0, lengths));
  for (const part of [...parts, ...beginnings]) {
    const name = part.repeat(Math.ceil(lengths / part.length)).slice(0, lengths);
    // A quadratic step would be a thousand times slower; a busy machine is not.
    t.ok(millisecondsOf(name) < Math.max(ordinary * 60, 12), `${JSON.stringify(part)} again and again`);
  }
  t.ok(
    millisecondsOf('[Lab] Hana no Uta - 05 '.repeat(100_000)) < Math.max(ordinary * 200, 60),
    'two million characters are cut before they are read',
  );
});

/** The least of several tries, since others use the machine as well. */
function millisecondsOf(name: string): number {
  let least = Infinity;
  for (let count = 0; count < 5; count += 1) {
    const start = performance.now();
    readPath(`${name}.mkv`);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
