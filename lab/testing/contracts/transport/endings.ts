import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import { LabError } from '../../../core/error.ts';
import type { Endpoint } from '../../../core/guest.ts';
import { type LocalPath, joinRemote } from '../../../core/ids.ts';
import { Secret } from '../../../core/secret.ts';
import type { Connection } from '../../../core/transport.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import type { TransportRig } from '../transport-contract.ts';

/** Longer than any test takes. */
const LONG_MS = 120_000;

/** Starts the long command and resolves once it has written its first line: output is live, and the command runs for certain. */
async function started<E extends Endpoint>(
  connection: Connection,
  rig: TransportRig<E>,
  signal?: AbortSignal,
): Promise<{ readonly running: Promise<unknown> }> {
  const ready = Promise.withResolvers<void>();
  const call = rig.call();
  const onOutput = (): void => ready.resolve();
  const within = signal ? { ...call, signal: AbortSignal.any([call.signal, signal]) } : call;
  const running = connection.run({ ...rig.commands.sleep(LONG_MS), onOutput }, within);
  running.catch(() => {});
  await Promise.race([ready.promise, running.then(() => Promise.reject(new Error('it ended before its output was seen')))]);
  return { running };
}

/** Every way a command can end other than by itself. */
export async function endingContract<E extends Endpoint>(t: Test, rig: TransportRig<E>): Promise<void> {
  await t.test('endings', async (t) => {
    const noneRuns = async (t: Test): Promise<void> => {
      if (rig.running) t.equal(await rig.running(), 0, 'nothing runs in the guest any more');
    };

    await t.test('a stranger is not let in', async (t) => {
      const password = new Secret('certainly not it');
      const refused = await rig.transport.connect(rig.withPassword(password), rig.call()).catch((error: unknown) => error);
      t.ok(refused instanceof LabError && refused.kind === 'transport');
      t.notMatch(JSON.stringify((refused as LabError).toData()), password.reveal());
    });

    await t.test('a time-out kills the command and is a result', async (t) => {
      await using connection = await rig.transport.connect(rig.endpoint, rig.call());
      const result = await connection.run({ ...rig.commands.sleep(LONG_MS), timeoutMs: rig.startUpMs }, rig.call());
      t.equal(result.ended, 'timed-out');
      t.equal(Buffer.from(result.stdout).toString().trim(), 'ready', 'what it had written is there');
      t.ok(result.durationMs >= rig.startUpMs && result.durationMs < LONG_MS / 2);
      await noneRuns(t);
      t.match(
        await connection.run({ ...rig.commands.exit(4), timeoutMs: LONG_MS }, rig.call()),
        { ended: 'exited', exitCode: 4 },
        'the connection is still good',
      );
    });

    await t.test('Ctrl-C goes to the command, which then ends by itself', async (t) => {
      await using connection = await rig.transport.connect(rig.endpoint, rig.call());
      const interrupt = new AbortController();
      const onOutput = (): void => interrupt.abort();
      const result = await connection.run({ ...rig.commands.sleep(LONG_MS), interrupt: interrupt.signal, onOutput }, rig.call());
      t.equal(result.ended, 'exited');
      t.not(result.exitCode, 0);
      t.ok(result.durationMs < LONG_MS / 2);
      await noneRuns(t);
    });

    await t.test('an aborted call ends the command and rejects with its reason', async (t) => {
      await using connection = await rig.transport.connect(rig.endpoint, rig.call());
      const controller = new AbortController();
      const { running } = await started(connection, rig, controller.signal);
      const reason = LabError.of('lab.interrupted', { signal: 'the test' });
      controller.abort(reason);
      t.equal(await running.catch((error: unknown) => error), reason);
      await noneRuns(t);
      t.match(await connection.run(rig.commands.exit(5), rig.call()), { exitCode: 5 }, 'the connection is still good');
      const before = connection.run(rig.commands.exit(0), { ...rig.call(), signal: controller.signal });
      t.equal(await before.catch((error: unknown) => error), reason, 'a call that is over is not begun');
    });

    await t.test('an aborted copy leaves nothing under the name', async (t) => {
      await using connection = await rig.transport.connect(rig.endpoint, rig.call());
      const folder = await scratchFolder(t);
      const file = path.join(folder, 'large') as LocalPath;
      await writeFile(file, Buffer.alloc(30_000_000, 7));
      const controller = new AbortController();
      const call = rig.call();
      const copying = connection.put(file, joinRemote(rig.folder, 'aborted'), {
        ...call,
        signal: AbortSignal.any([call.signal, controller.signal]),
      });
      const reason = LabError.of('lab.interrupted', { signal: 'the test' });
      setTimeout(() => controller.abort(reason), 100);
      t.equal(await copying.catch((error: unknown) => error), reason);
      const back = path.join(folder, 'back') as LocalPath;
      await t.rejects(connection.get(joinRemote(rig.folder, 'aborted'), back, rig.call()), { name: 'LabError' });
      await noneRuns(t);
    });

    await t.test('disposing of the connection ends what runs', async (t) => {
      const connection = await rig.transport.connect(rig.endpoint, rig.call());
      const { running } = await started(connection, rig);
      await connection[Symbol.asyncDispose]();
      const error = await running.catch((thrown: unknown) => thrown);
      t.ok(error instanceof LabError && error.kind === 'transport');
      await noneRuns(t);
    });

    await t.test('a guest that is lost is an error of the transport', async (t) => {
      await using connection = await rig.transport.connect(rig.endpoint, rig.call());
      const { running } = await started(connection, rig);
      await rig.loseGuest();
      const attempts = [
        () => running,
        () => connection.run(rig.commands.exit(0), rig.call()),
        () => rig.transport.connect(rig.endpoint, rig.call()),
      ];
      for (const attempt of attempts) {
        const error = await attempt().catch((thrown: unknown) => thrown);
        t.ok(error instanceof LabError && error.kind === 'transport', String(error));
      }
    });
  });
}
