import t from 'tap';
import { battlefield, killEverywhere, noOtherVolume, whileOrganizing, whileResuming, whileRollingBack } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

/** Three videos, one of them empty: enough for every kind of step. */
const FILES = 3;

t.test('across volumes', { skip: noOtherVolume }, async (t) => {
  for (const [name, trial] of Object.entries({
    organizing: whileOrganizing(),
    'rolling back': whileRollingBack(),
    resuming: whileResuming(),
  })) {
    await t.test(name, async (t) => {
      const field = (): ReturnType<typeof battlefield> => battlefield(t, FILES, { across: true });
      const { resumed, rolledBack } = await killEverywhere(t, [field(), field()], trial);
      t.ok(resumed > 10 && rolledBack > 10, `${resumed} resumed, ${rolledBack} rolled back`);
    });
  }
});
