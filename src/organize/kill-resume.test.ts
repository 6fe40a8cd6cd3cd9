import t from 'tap';
import { battlefield, killEverywhere, whileResuming } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

/** Videos, an empty one among them, and a subtitle. */
const FILES = 8;

t.test('while going on with what was cut off', async (t) => {
  const { resumed, rolledBack } = await killEverywhere(t, [battlefield(t, FILES), battlefield(t, FILES)], whileResuming());
  t.ok(resumed > 10 && rolledBack > 10, `${resumed} resumed, ${rolledBack} rolled back`);
});
