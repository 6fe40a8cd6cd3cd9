import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { type RemotePath, remotePath } from '../../core/ids.ts';
import { type Dialect, dialectOf, dialectQuestion, execLine } from './shell-dialect.ts';

const run = promisify(execFile);
const line = (dialect: Dialect, command: Partial<Parameters<typeof execLine>[1]>): string =>
  execLine(dialect, { line: 'ver', shell: 'cmd', ...command }, 'ssh://guest:22');

t.test('a shell is known by its answer', async (t) => {
  t.equal(dialectOf('Windows_NT$env:OS\r\n'), 'cmd.exe');
  t.equal(dialectOf('%OS%Windows_NT\r\n'), 'powershell');
  t.equal(dialectOf('%OS%:OS\n'), 'posix');
  t.equal(dialectOf('Last login: never'), undefined);
  const { stdout } = await run('/bin/sh', ['-c', dialectQuestion], { env: {} });
  t.equal(dialectOf(stdout), 'posix', 'a real one');
});

t.test('cmd.exe', async (t) => {
  t.equal(line('cmd.exe', { line: 'echo "a" & dir' }), 'chcp 65001>nul&echo "a" & dir', 'its own line stays as it is');
  t.equal(line('cmd.exe', { shell: 'none', line: '"C:\\a b\\c.exe" -x "y & z"' }), '@"C:\\a b\\c.exe" -x "y & z"');
  t.equal(line('cmd.exe', { shell: 'none', line: 'a.exe x&y <z (1) ^' }), '@a.exe x^&y ^<z ^(1^) ^^', 'what is special to it gets a caret');
  t.equal(line('cmd.exe', { shell: 'none', line: 'a.exe %PATH% "%PATH%"' }), '@a.exe ^%PATH^% ""%"PATH"%""', 'no variable is put in');
  t.equal(
    line('cmd.exe', { shell: 'none', line: 'a.exe', cwd: remotePath('C:\\a & b'), env: { WORD: 'x "y" %z% & ^' } }),
    '@a.exe'.replace('@', 'set WORD=x^ ^"y^"^ ^%z^%^ ^&^ ^^&cd /d C:\\a^ ^&^ b || exit 267&@'),
  );
  const unfits: readonly Partial<Parameters<typeof execLine>[1]>[] = [
    { line: 'a\nb' },
    { env: { 'A B': '' } },
    { env: { 'A=B': '' } },
    { env: { A: 'b\r\nc' } },
    { cwd: 'C:\\"' as RemotePath },
    { cwd: 'C:\\a\nb' as RemotePath },
  ];
  for (const unfit of unfits) t.throws(() => line('cmd.exe', unfit), { code: 'ssh.line-unfit' }, JSON.stringify(unfit));
});

t.test('nothing of a value is left bare for cmd.exe', async () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,60}$/), (value) => {
      const given = line('cmd.exe', { shell: 'none', line: 'x', env: { V: value } });
      const written = given.slice('set V='.length, -'&@x'.length);
      // Every special letter is behind a caret, and without the carets the value is back.
      return !/(?<!\^)(?:\^\^)*[&|<>()"%]/.test(written.replaceAll('^^', '')) && written.replaceAll(/\^(.)/g, '$1') === value;
    }),
  );
});

t.test('PowerShell gets no text but its own', async (t) => {
  const given = line('powershell', { line: 'echo \'$(evil)\' "x"', cwd: remotePath("C:\\it's"), env: { "A'B": '$env:X' } });
  t.notMatch(given, '"', 'no double quotes, which OpenSSH has changed over time');
  t.notMatch(given, /evil|env:X|it's/);
  const words = [...given.matchAll(/\(d '([A-Za-z0-9+/=]*)'\)/g)].map(([, text = '']) => Buffer.from(text, 'base64').toString());
  t.same(words, ['cmd.exe', '/d /s /c "chcp 65001>nul & echo \'$(evil)\' "x""', "A'B", '$env:X', "C:\\it's"]);
  t.match(line('powershell', { shell: 'none', line: '"C:\\a b.exe" -x' }), Buffer.from('C:\\a b.exe').toString('base64'));
});

t.test('a POSIX shell hands everything on', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[^\0]{0,40}$/), async (value) => {
      const given = line('posix', { shell: 'none', line: `${process.execPath} -p "JSON.stringify(process.env.V)"`, env: { V: value } });
      return JSON.parse((await run('/bin/sh', ['-c', given])).stdout) === value;
    }),
    { numRuns: 5 },
  );
  t.match(line('posix', { shell: 'none', line: 'ls', cwd: "/it's" as RemotePath }), "cd '/it'\\''s' && exec ls");
  t.throws(() => line('posix', {}), { code: 'ssh.shell-unfit' }, 'there is no cmd.exe');
});
