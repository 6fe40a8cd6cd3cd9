import { readdir } from 'node:fs/promises';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { callWithin } from '../../engine/deadline.ts';
import { systemClock } from '../../host/clock.ts';
import type { PackageParts, Packager } from '../../steps/build/packagers/packager.ts';
import { patientCall } from '../build-rig.ts';
import { scratchFolder } from '../scratch-folder.ts';

/** A packager, and how to get one whose program is another. */
export interface PackagerSubject {
  readonly packager: Packager;
  /** A runtime of its kind: as small as it can be where that does, the real one otherwise. */
  readonly runtime: Uint8Array;
  /** The same with another program in the place of its own, and a limit for it. */
  readonly withProgram: (program: LocalPath, limitMs: number) => Packager;
}

const PROGRAM = Buffer.from(
  '"use strict";\n// a comment, ünïcode, __dirname and process.versions stay as they are\nconsole.log(__dirname, "進撃");\n',
);
const ASSETS: ReadonlyMap<string, Uint8Array> = new Map([
  ['part.node', Buffer.from('machine code')],
  ['a.wasm', Buffer.from([0, 97, 115, 109])],
  ['empty', new Uint8Array()],
  ['-dashed.bin', Buffer.alloc(5000, 1)],
]);

/** What every packager promises. */
export async function packagerContract(t: Test, { packager, runtime, withProgram }: PackagerSubject): Promise<void> {
  const partsIn = (folder: string): PackageParts => ({ folder: folder as LocalPath, runtime, program: PROGRAM, assets: ASSETS });

  await t.test('what was put in can be read back, byte by byte', async (t) => {
    const file = readFileSync(await packager.package(partsIn(path.join(await scratchFolder(t), 'work')), patientCall));
    const { program, assets, problems } = packager.read(file);
    t.ok(PROGRAM.equals(program), 'the program as it is');
    t.same([...assets.keys()].toSorted(), [...ASSETS.keys()].toSorted());
    for (const [name, bytes] of ASSETS) t.ok(Buffer.from(bytes).equals(assets.get(name) ?? Buffer.from('none')), name);
    t.same(problems, []);
    t.throws(() => packager.read(runtime), 'a runtime with nothing in it is told from one with a program');
    t.throws(() => packager.read(Buffer.from('MZ')), 'and from a file that is cut off');
  });

  await t.test('the same parts give the same bytes, whatever the folder is and in whatever order they come', async (t) => {
    const scratch = await scratchFolder(t);
    const reversed = new Map([...ASSETS].toReversed());
    const make = async (folder: string, assets = ASSETS): Promise<Buffer> =>
      readFileSync(await packager.package({ ...partsIn(path.join(scratch, folder)), assets }, patientCall));
    const first = await make('a');
    t.ok(first.equals(await make('another folder/deep down', reversed)), 'the same');
    t.notOk(first.includes(scratch), 'no path of this machine is inside');
    t.notOk(first.equals(await make('c', new Map([...ASSETS, ['part.node', Buffer.from('machine_code')]]))), 'another part, other bytes');
  });

  await t.test('writes nowhere but in its folder', async (t) => {
    const scratch = await scratchFolder(t);
    await packager.package(partsIn(path.join(scratch, 'work')), patientCall);
    t.same(await readdir(scratch), ['work']);
  });

  await t.test('a program that fails is told of with what it said', async (t) => {
    const scratch = await scratchFolder(t);
    const cases: Readonly<Record<string, RegExp>> = {
      'exit 0': /it wrote no executable/,
      'echo the disk has a headache >&2; exit 3': /exit code 3: the disk has a headache/,
      'kill -9 $$': /SIGKILL/,
      'head -c 3000000 /dev/zero | tr "\\0" x; exit 1': /^[^]{1,900}$/,
    };
    for (const [index, [script, message]] of Object.entries(cases).entries()) {
      const failing = withProgram(scriptIn(scratch, script), 60_000);
      await t.rejects(
        failing.package(partsIn(path.join(scratch, `work-${index}`)), patientCall),
        { code: 'build.packager-failed', message },
        script,
      );
    }
    const gone = withProgram(path.join(scratch, 'nowhere') as LocalPath, 60_000);
    await t.rejects(
      gone.package(partsIn(path.join(scratch, 'gone')), patientCall),
      { code: 'build.packager-failed' },
      'one that is not there',
    );
  });

  await t.test('nothing of this environment reaches its program', async (t) => {
    const scratch = await scratchFolder(t);
    const before = process.env['LAB_STRANGER'];
    process.env['LAB_STRANGER'] = 'here';
    t.teardown(() => (before === undefined ? delete process.env['LAB_STRANGER'] : (process.env['LAB_STRANGER'] = before)));
    const telling = withProgram(scriptIn(scratch, 'env > seen; exit 1'), 60_000);
    const folder = path.join(scratch, 'work');
    await t.rejects(telling.package(partsIn(folder), patientCall), { code: 'build.packager-failed' });
    const seen = readFileSync(path.join(folder, 'seen'), 'utf8');
    t.match(seen, /^PATH=/m);
    t.notMatch(seen, 'LAB_STRANGER');
  });

  await t.test('a program that hangs is ended, by its own limit and with the call', async (t) => {
    const scratch = await scratchFolder(t);
    const hanging = scriptIn(scratch, 'sleep 600 & echo $! > child; wait');
    const folder = path.join(scratch, 'limit');
    await t.rejects(withProgram(hanging, 300).package(partsIn(folder), patientCall), {
      code: 'build.packager-failed',
      message: /did not end within/,
    });
    const child = readFileSync(path.join(folder, 'child'), 'utf8').trim();
    t.notOk(existsSync(`/proc/${child}/exe`), 'what it had started is gone too');
    const stop = new AbortController();
    using call = callWithin(60_000, 'build', systemClock, { signal: stop.signal, deadline: patientCall.deadline });
    const packaging = withProgram(hanging, 60_000).package(partsIn(path.join(scratch, 'call')), call);
    setImmediate(() => stop.abort(LabError.of('lab.interrupted', { signal: 'SIGINT' })));
    await t.rejects(packaging, { code: 'lab.interrupted' });
  });
}

let scripts = 0;
function scriptIn(folder: string, script: string): LocalPath {
  scripts += 1;
  const file = path.join(folder, `packager-${scripts}.sh`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file as LocalPath;
}
