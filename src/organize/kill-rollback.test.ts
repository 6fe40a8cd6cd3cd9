import t from 'tap';
import { battlefield, killEverywhere, whileRollingBack } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

t.test('killed at every step of taking 50 files back', async (t) => {
  const fields = [battlefield(t, 50), battlefield(t, 50)];
  const { steps, resumed, rolledBack } = await killEverywhere(t, fields, whileRollingBack());
  t.ok(steps > 250, `${steps} steps`);
  t.ok(resumed > steps && rolledBack > steps, `${resumed} resumed, ${rolledBack} rolled back`);
});
