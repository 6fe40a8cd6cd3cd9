import t from 'tap';
import { battlefield, killEverywhere, noOtherVolume, whileOrganizing, whileRollingBack } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

/** Three videos, one of them empty: enough for every kind of step. */
const FILES = 3;

t.test('where files get no second names', async (t) => {
  const trials = {
    moving: [whileOrganizing(), false],
    'rolling back': [whileRollingBack(), false],
    copying: [whileOrganizing('--copy'), false],
    'moving to another volume': [whileOrganizing(), true],
  } as const;
  for (const [name, [trial, across]] of Object.entries(trials)) {
    await t.test(name, { skip: across && noOtherVolume }, async (t) => {
      const field = (): ReturnType<typeof battlefield> => battlefield(t, FILES, { across, noLinks: true });
      const { resumed, rolledBack } = await killEverywhere(t, [field(), field()], trial);
      t.ok(resumed > 10 && rolledBack > 10, `${resumed} resumed, ${rolledBack} rolled back`);
    });
  }
});
