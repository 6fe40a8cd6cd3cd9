import type { Test } from 'tap';
import { joinRemote } from '../../../core/ids.ts';
import type { MeasuredProgram } from '../../../core/toolkit.ts';
import type { ToolkitRig } from '../toolkit-contract.ts';

export async function measureContract(t: Test, { toolkit, call, scratch, node, peakMemory, startUpMs }: ToolkitRig): Promise<void> {
  const cwd = joinRemote(scratch, 'measure');
  await toolkit.makeTree(cwd, [{ path: 'here.txt', text: 'here' }], call());
  const measured = (series: string, script: string, expectInStdout: string, timeoutMs = 60_000): MeasuredProgram => ({
    series,
    program: { executable: node, args: ['-e', script], cwd, environment: 'system-only', timeoutMs },
    expectInStdout,
  });

  await t.test('measure takes turns and tells every run', async (t) => {
    const runs = await toolkit.measure(
      [
        measured('a', "require('fs').appendFileSync('order.txt', 'a'); console.log('hello there\\nlast: 42\\n')", 'hello'),
        measured('b', "require('fs').appendFileSync('order.txt', 'b'); console.log('other'); process.exit(3)", 'hello'),
      ],
      3,
      call(),
    );
    t.same(
      runs.map(({ series, round }) => `${series}${round}`),
      ['a0', 'b0', 'a1', 'b1', 'a2', 'b2'],
    );
    t.same(
      runs.map(({ expectedOutput, exitCode, lastLine }) => [expectedOutput, exitCode, lastLine]),
      Array.from({ length: 3 }, () => [
        [true, 0, 'last: 42'],
        [false, 3, 'other'],
      ]).flat(),
    );
    t.ok(
      runs.every(({ durationMs }) => durationMs > 1),
      'durations',
    );
    const shown = await toolkit.run(
      {
        executable: node,
        args: ['-p', "require('fs').readFileSync('order.txt', 'utf8')"],
        cwd,
        environment: 'system-only',
        timeoutMs: 60_000,
      },
      call(),
    );
    t.equal(shown.stdout.trim(), 'ababab', 'one after the other');
    t.same(await toolkit.measure([measured('a', '0', 'x')], 0, call()), []);
  });

  await t.test('measure finds the text wherever it stands, and keeps little', async (t) => {
    const spread =
      "process.stdout.write('x'.repeat(3 << 20) + 'nee'); setTimeout(() => process.stdout.write('dle' + '\\n' + '\\u0001'.repeat(9000)), 300)";
    const [run] = await toolkit.measure([measured('spread', spread, 'needle')], 1, call());
    t.equal(run?.expectedOutput, true, 'over two chunks, after 3 MiB');
    t.ok((run?.lastLine.length ?? 0) > 0 && (run?.lastLine.length ?? 0) <= 4096, 'the last line is cut');
  });

  await t.test('measure counts no run that timed out', async (t) => {
    const [run] = await toolkit.measure(
      [measured('slow', "console.log('hello'); setInterval(() => {}, 1000)", 'hello', startUpMs)],
      1,
      call(),
    );
    t.equal(run?.expectedOutput, false);
    t.ok((run?.durationMs ?? 0) >= startUpMs - 100);
  });

  await t.test(
    'measure tells how much memory a program took at its peak',
    { skip: peakMemory ? false : 'this guest cannot tell' },
    async (t) => {
      const holding = (mebibytes: number): string =>
        `const held = Buffer.alloc(${mebibytes} << 20, 1); setTimeout(() => console.log(held.length), 400)`;
      const [small, large] = await toolkit.measure(
        [measured('small', holding(1), '1048576'), measured('large', holding(201), '210763776')],
        1,
        call(),
      );
      const grown = (large?.peakMemoryBytes ?? 0) - (small?.peakMemoryBytes ?? 0);
      t.ok((small?.peakMemoryBytes ?? 0) > 10 << 20, `a Node takes more than 10 MiB: ${small?.peakMemoryBytes}`);
      t.ok(Math.abs(grown - (200 << 20)) < 30 << 20, `200 MiB more are seen as ${(grown / 2 ** 20).toFixed(1)} MiB`);
    },
  );

  await t.test('measure refuses a series without evidence', async (t) => {
    await t.rejects(toolkit.measure([measured('a', '0', '')], 1, call()), { code: 'toolkit.verb-failed' });
  });
}
