import type { Test } from 'tap';
import type { Endpoint } from '../../../core/guest.ts';
import type { Connection } from '../../../core/transport.ts';
import type { TransportRig } from '../transport-contract.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Running commands: streams, exit codes, input, output, settings, overlap. */
export async function commandContract<E extends Endpoint>(t: Test, rig: TransportRig<E>): Promise<void> {
  await t.test('commands', async (t) => {
    await using connection = await rig.transport.connect(rig.endpoint, rig.call());
    const run = (command: Parameters<Connection['run']>[0]) => connection.run(command, rig.call());
    const { commands } = rig;

    await t.test('both streams come separately, byte for byte', async (t) => {
      const out = await run(commands.echo('héllo <&"\'> 日本 😀\r\n'));
      t.equal(text(out.stdout), 'héllo <&"\'> 日本 😀\r\n');
      t.equal(text(out.stderr), '');
      t.match(out, { exitCode: 0, ended: 'exited', truncated: { stdout: false, stderr: false } });
      t.ok(out.durationMs > 0);
      const err = await run(commands.stderr('oh nó'));
      t.equal(text(err.stdout), '');
      t.equal(text(err.stderr), 'oh nó');
    });

    await t.test('exit codes are unsigned 32-bit numbers and no throw', async (t) => {
      for (const [given, expected] of [
        [0, 0],
        [7, 7],
        [259, 259],
        [0xc0000005, 0xc0000005],
        [-1, 0xffffffff],
      ] as const) {
        if (rig.wideExitCodes === false && (given < 0 || given > 255)) continue;
        t.equal((await run(commands.exit(given))).exitCode, expected, `exit ${given}`);
      }
    });

    await t.test('standard input arrives whole and is closed', async (t) => {
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
      t.same((await run({ ...commands.catStdin, stdin: everyByte })).stdout, everyByte);
      t.equal((await run(commands.catStdin)).stdout.length, 0, 'without any it is closed at once');
      t.equal((await run({ ...commands.catStdin, stdin: new Uint8Array(0) })).stdout.length, 0);
      const stream = async function* pieces() {
        for (const piece of ['one ', 'two ', 'three']) yield Buffer.from(piece);
      };
      t.equal(text((await run({ ...commands.catStdin, stdin: stream() })).stdout), 'one two three');
    });

    await t.test('input that cannot be read ends the command and is told', async (t) => {
      const broken = async function* pieces() {
        yield Buffer.from('half');
        throw new RangeError('the source broke');
      };
      await t.rejects(run({ ...commands.catStdin, stdin: broken() }), /the source broke/);
      t.equal((await rig.running?.()) ?? 0, 0);
      t.equal(text((await run(commands.echo('still there'))).stdout), 'still there');
    });

    await t.test('a program that does not read its input does no harm', async (t) => {
      const endless = async function* pieces() {
        for (;;) yield Buffer.alloc(100_000);
      };
      t.match(await run({ ...commands.exit(3), stdin: endless() }), { exitCode: 3, ended: 'exited' });
    });

    await t.test('text survives the borders between pieces', async (t) => {
      const long = '日本語ü😀'.repeat(60_000);
      const decoder = new TextDecoder('utf-8', { fatal: true });
      let live = '';
      let pieces = 0;
      const onOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
        if (stream === 'stdout') live += decoder.decode(bytes, { stream: true });
        pieces++;
      };
      const result = await run({ ...commands.catStdin, stdin: Buffer.from(long), onOutput });
      t.ok(pieces > 1);
      t.ok(live === long, 'live');
      t.ok(text(result.stdout) === long, 'kept');
    });

    await t.test('big output is bounded and says so', async (t) => {
      let seenBytes = 0;
      const result = await run({
        ...commands.bigOutput(3_000_000),
        maxOutputBytes: 1000,
        onOutput: (stream, bytes) => void (seenBytes += stream === 'stdout' ? bytes.length : 0),
      });
      t.equal(text(result.stdout), 'x'.repeat(1000));
      t.equal(text(result.stderr), 'y');
      t.same(result.truncated, { stdout: true, stderr: false });
      t.equal(seenBytes, 3_000_000, 'all of it was seen live');
      const exact = await run({ ...commands.bigOutput(1000), maxOutputBytes: 1000 });
      t.same(exact.truncated, { stdout: false, stderr: false });
      t.equal(exact.stdout.length, 1000);
    });

    await t.test('environment and directory', async (t) => {
      t.equal(text((await run({ ...commands.environment('LAB_CONTRACT'), env: { LAB_CONTRACT: 'a<b>&"ü' } })).stdout), 'a<b>&"ü');
      t.equal(text((await run(commands.environment('LAB_CONTRACT'))).stdout), '', 'it belongs to one command');
      t.equal(
        text((await run({ ...commands.directory, cwd: rig.workingDirectory })).stdout).toLowerCase(),
        rig.workingDirectory.toLowerCase(),
      );
    });

    await t.test('calls overlap, each with its own output', async (t) => {
      const results = await Promise.all(Array.from({ length: 12 }, (_, index) => run(commands.echo(`number ${index}`))));
      t.same(
        results.map((result) => text(result.stdout)),
        results.map((_, index) => `number ${index}`),
      );
    });
  });
}
