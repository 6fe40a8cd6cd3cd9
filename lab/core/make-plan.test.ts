import t from 'tap';
import { readFile } from 'node:fs/promises';
import { parseConfig } from '../config/load-config.ts';
import { checks } from '../checks/index.ts';
import { makePlan } from './make-plan.ts';

const config = parseConfig(await readFile(new URL('../../lab.config.json', import.meta.url), 'utf8'), 'lab.config.json');

t.test('every check is planned on every guest, what needs a pristine guest first, what runs alone last', async (t) => {
  const plan = makePlan(config, checks, [{ id: 'a-scan' }], {});
  const usual = config.guests.filter(({ onRequest }) => !onRequest);
  t.equal(plan.cells.length, usual.length * checks.length);
  t.same(plan.scans, ['a-scan']);
  for (const guest of usual) {
    const cells = plan.cells.filter((cell) => cell.guest === guest.name);
    t.equal(new Set(cells.map((cell) => cell.id)).size, checks.length);
    t.equal(cells[0]?.startsFrom, 'pristine');
    t.equal(cells.at(-1)?.lane, 'host');
  }
});

t.test('a selection narrows the plan; unknown names and nothing left are usage errors that say what is known', async (t) => {
  t.same(
    makePlan(config, checks, [{ id: 'a-scan' }], { guests: ['win11'], checks: ['benchmark'] }).cells.map((cell) => cell.id),
    ['benchmark@win11'],
  );
  t.throws(() => makePlan(config, checks, [{ id: 'a-scan' }], { guests: ['win12'] }), { code: 'usage.unknown-name', hint: /win10, win11/ });
  t.throws(() => makePlan(config, checks, [{ id: 'a-scan' }], { checks: ['nope'] }), { code: 'usage.unknown-name', hint: /clean-install/ });
  t.throws(() => makePlan(config, checks, [{ id: 'a-scan' }], { providers: ['nope'] }), { code: 'usage.unknown-name', hint: /wine/ });
  t.throws(() => makePlan(config, [], [], {}), { code: 'usage.nothing-selected' });
});

t.test('guests that are there on request come when they or their provider are named', async (t) => {
  const onRequest = config.guests.find((guest) => guest.onRequest);
  if (onRequest === undefined) throw new Error('the configuration has no such guest');
  const guestsOf = (selection: Parameters<typeof makePlan>[3]): readonly string[] =>
    makePlan(config, checks, [], selection).guests.map(({ name }) => name);
  t.notOk(guestsOf({}).includes(onRequest.name));
  t.ok(guestsOf({ guests: [onRequest.name] }).includes(onRequest.name));
  t.ok(guestsOf({ providers: [onRequest.provider] }).includes(onRequest.name));
});
