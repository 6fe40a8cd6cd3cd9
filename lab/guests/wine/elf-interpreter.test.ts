import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { withInterpreter, withText } from './elf-interpreter.ts';

const run = promisify(execFile);
const linux = process.platform === 'linux' && process.arch === 'x64' ? false : 'there are ELF programs for x64 on Linux only';

t.test('a program starts through the loader it is given', { skip: linux }, async (t) => {
  const folder = t.testdir();
  const program = path.join(folder, 'program');
  const original = await readFile('/bin/true');
  await writeFile(program, withInterpreter(original, '/lib64/ld-linux-x86-64.so.2'));
  await chmod(program, 0o755);
  await run(program);
  // A program that starts through one that always fails, fails: the kernel does look there.
  await writeFile(program, withInterpreter(original, path.join(folder, 'no-such-loader')));
  await t.rejects(run(program), { code: 'ENOENT' });
  t.throws(() => withInterpreter(Buffer.from('#!/bin/sh\n'.padEnd(64)), '/x'), { message: /not a 64-bit/ });
});

t.test('texts are replaced by texts of the same length', async (t) => {
  const file = Buffer.from('\0/usr/share/a\0/usr/share/b\0');
  t.equal(withText(file, '/usr/share', '/tmp/avl-1').toString(), '\0/tmp/avl-1/a\0/tmp/avl-1/b\0');
  t.throws(() => withText(file, '/usr/share', '/short'), { message: /not as long/ });
  t.throws(() => withText(file, '/usr/other', '/tmp/avl-1'), { message: /does not hold/ });
});
