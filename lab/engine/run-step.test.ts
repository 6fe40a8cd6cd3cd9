import t from 'tap';
import type { LabEvent } from '../core/event.ts';
import { systemClock } from '../host/clock.ts';
import { patientCall } from '../testing/build-rig.ts';
import { runStep } from './run-step.ts';

t.test('what a reader has to know though the step went on is journalled within the step', async (t) => {
  const events: LabEvent[] = [];
  const parts = {
    clock: systemClock,
    emit: (event: LabEvent) => void events.push(event),
    describe: (made: number) => [{ label: 'made', value: String(made) }],
  };
  const made = await runStep(
    'build',
    60_000,
    parts,
    async (_call, progress, warn) => {
      progress('start');
      warn('packager-fallback', 'made with Bun');
      return 7;
    },
    patientCall,
  );
  t.equal(made, 7);
  t.match(events, [
    { type: 'step-started', step: 'build' },
    { type: 'step-progress', what: 'start' },
    { type: 'warning', code: 'packager-fallback', message: 'made with Bun' },
    { type: 'step-finished', step: 'build', lines: [{ label: 'made', value: '7' }] },
  ]);
});

t.test('a step that fails says so, and throws what it failed with', async (t) => {
  const events: LabEvent[] = [];
  const failing = runStep(
    'build',
    60_000,
    { clock: systemClock, emit: (event) => void events.push(event) },
    () => Promise.reject(new Error('broken')),
    patientCall,
  );
  await t.rejects(failing, /broken/);
  t.match(events.at(-1), { type: 'step-finished', error: { message: /broken/ }, lines: [] });
});

t.test('a step is held to its limit', async (t) => {
  const forever = runStep(
    'build',
    20,
    { clock: systemClock, emit: () => {} },
    (call) => new Promise<never>((_resolve, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason as Error))),
    patientCall,
  );
  await t.rejects(forever, { code: 'lab.deadline' });
});
