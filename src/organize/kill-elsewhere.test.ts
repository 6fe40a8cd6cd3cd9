import t from 'tap';
import { battlefield, killEverywhere, noOtherVolume, whileOrganizing, whileResuming, whileRollingBack } from '../testing/kill-rig.ts';

t.setTimeout(600_000);

/** A video of each kind, an empty one, and a subtitle. */
const FILES = 5;

t.test('across volumes', { skip: noOtherVolume }, async (t) => {
  for (const [name, trial] of Object.entries({
    organizing: whileOrganizing(),
    'rolling back': whileRollingBack(),
    resuming: whileResuming(),
  })) {
    await t.test(name, async (t) => {
      const field = (): ReturnType<typeof battlefield> => battlefield(t, FILES, { across: true });
      const { resumed, rolledBack } = await killEverywhere(t, [field(), field()], trial);
      t.ok(resumed > 20 && rolledBack > 20, `${resumed} resumed, ${rolledBack} rolled back`);
    });
  }
});

t.test('copies', async (t) => {
  for (const [name, trial] of Object.entries({ copying: whileOrganizing('--copy'), 'rolling back': whileRollingBack('--copy') })) {
    await t.test(name, async (t) => {
      const { resumed, rolledBack } = await killEverywhere(t, [battlefield(t, FILES), battlefield(t, FILES)], trial);
      t.ok(resumed > 20 && rolledBack > 20, `${resumed} resumed, ${rolledBack} rolled back`);
    });
  }
});

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
      t.ok(resumed > 20 && rolledBack > 20, `${resumed} resumed, ${rolledBack} rolled back`);
    });
  }
});

t.test('while going on with what was cut off', async (t) => {
  const { resumed, rolledBack } = await killEverywhere(t, [battlefield(t, 12), battlefield(t, 12)], whileResuming());
  t.ok(resumed > 20 && rolledBack > 20, `${resumed} resumed, ${rolledBack} rolled back`);
});
