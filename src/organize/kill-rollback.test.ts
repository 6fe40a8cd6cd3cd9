import t from 'tap';
import { battlefield, killEverywhere, whileRollingBack } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

t.test('killed at every step of taking 15 files back', async (t) => {
  const fields = [battlefield(t, 15), battlefield(t, 15)];
  const { steps, resumed, rolledBack } = await killEverywhere(t, fields, whileRollingBack());
  t.ok(steps > 80, `${steps} steps`);
  t.ok(resumed > steps / 2 && rolledBack > steps / 2, `${resumed} resumed, ${rolledBack} rolled back`);
});
