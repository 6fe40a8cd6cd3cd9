import t from 'tap';
import { battlefield, killEverywhere, whileOrganizing } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

t.test('killed at every step of putting 50 files in order', async (t) => {
  // Two at once, since most of the time goes into starting the program.
  const fields = [battlefield(t, 50), battlefield(t, 50)];
  const { steps, resumed, rolledBack } = await killEverywhere(t, fields, whileOrganizing());
  t.ok(steps > 250, `${steps} steps`);
  t.ok(resumed > steps && rolledBack > steps, `${resumed} resumed, ${rolledBack} rolled back`);
  const all = fields[0]?.look() ?? [];
  t.same([all.filter((line) => /^in\/.*\.(?:mkv|ass): /.test(line)).length, all.includes('out/Show 3/')], [50, true], 'all are back');
});
