import t from 'tap';
import { battlefield, killEverywhere, whileOrganizing, whileRollingBack } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

/** Three videos, one of them empty: enough for every kind of step. */
const FILES = 3;

t.test('copies', async (t) => {
  for (const [name, trial] of Object.entries({ copying: whileOrganizing('--copy'), 'rolling back': whileRollingBack('--copy') })) {
    await t.test(name, async (t) => {
      const { resumed, rolledBack } = await killEverywhere(t, [battlefield(t, FILES), battlefield(t, FILES)], trial);
      t.ok(resumed > 10 && rolledBack > 10, `${resumed} resumed, ${rolledBack} rolled back`);
    });
  }
});
