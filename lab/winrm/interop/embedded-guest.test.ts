import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { Masker } from '../../core/secret.ts';
import { wineProvider } from '../../guests/wine/wine-provider.ts';
import { systemClock } from '../../host/clock.ts';
import { scratchFolder } from '../../testing/scratch-folder.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';
import { type PywinrmSettings, pywinrm } from '../../testing/winrm/pywinrm.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../../testing/wine-rig.ts';

t.setTimeout(600_000);

const skip = noWine || without('pywinrm', 'winrmcp');

t.test('the embedded guest and its real cmd.exe', { skip }, async (t) => {
  const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker: new Masker() });
  await using lease = await provider.acquire(wineSpecs.win11, { id: 'embedded-interop' }, testCall());
  const { endpoint } = lease;
  if (endpoint.transport !== 'winrm') throw new Error('the embedded guest is reached by WinRM');
  const to = { url: endpoint.url, user: endpoint.user, password: endpoint.password.reveal(), folder: await scratchFolder(t) };
  const sealed: PywinrmSettings = { transport: 'ntlm', message_encryption: 'always' };

  const ways: readonly (readonly [name: string, settings: PywinrmSettings])[] = [
    ['pywinrm: Basic and cmd.exe', { transport: 'plaintext' }],
    ['pywinrm: NTLM, sealed, and cmd.exe', sealed],
  ];
  for (const [name, settings] of ways) {
    await t.test(name, async (t) => {
      const told = await pywinrm(
        to,
        { operation_timeout_sec: 1, read_timeout_sec: 10, ...settings },
        `
shell = protocol.open_shell(codepage=65001, working_directory='C:\\\\windows', env_vars={'GREETING': 'a ü'})
big = run(shell, 'for /l %i in (1,1,300) do @echo %i %PATH% %PATH% %PATH%')
tell(version=run(shell, 'ver'), place=run(shell, 'cd'), greeting=run(shell, 'echo %GREETING%'), unicode=run(shell, 'echo héllo 世界'),
     both=run(shell, 'echo out& echo err>&2& exit 7'), arguments=run(shell, 'echo', ['"a  b"', 'c']),
     negative=run(shell, 'exit -1073741819'), slow=run(shell, 'echo a& ping -n 3 127.0.0.1 >nul& echo b'),
     big=[len(big[0]) > 50000, big[0].count('300 C:'), big[2]])
protocol.close_shell(shell)
`,
      );
      t.match(told['version'], [/Microsoft Windows 10\.0\.26100/, '', 0]);
      t.same(told['place'], ['C:\\windows\r\n', '', 0]);
      t.same(told['greeting'], ['a ü\r\n', '', 0]);
      t.same(told['unicode'], ['héllo 世界\r\n', '', 0]);
      t.match(told['both'], [/^out\s+$/, /^err\s+$/, 7]);
      t.same(told['arguments'], ['"a  b" c\r\n', '', 0]);
      t.same(told['negative'], ['', '', 3221225477], 'an exit code is an unsigned number on the wire');
      t.match(told['slow'], [/^a\s+b\s+$/, '', 0], 'a command that outlasts operation time-outs');
      t.same(told['big'], [true, 1, 0], 'much output');
    });
  }

  await t.test('winrmcp: its chunks arrive whole, what comes then needs PowerShell', async (t) => {
    const content = randomBytes(40_000);
    const file = path.join(to.folder, 'payload');
    await writeFile(file, content);
    const { host } = new URL(to.url);
    const copied = await runForeign('/usr/bin/winrmcp', ['-user', to.user, '-pass', to.password, '-addr', host, file, 'C:\\payload']);
    t.equal(copied.exitCode, 0, 'Wine’s powershell.exe does nothing and says 0, which it takes for success');
    const told = await pywinrm(
      to,
      sealed,
      `
shell = protocol.open_shell(codepage=65001)
tell(chunks=run(shell, 'cd /d %TEMP% & for %f in (winrmcp-*.tmp) do @type %f'), there=run(shell, 'if exist C:\\\\payload (echo yes) else echo no'))
protocol.close_shell(shell)
`,
    );
    const [chunks] = told['chunks'] as readonly [string];
    const lines = chunks.trim().split(/\s+/);
    t.ok(lines.length > 5, `one command for each of ${lines.length} chunks`);
    t.ok(Buffer.concat(lines.map((line) => Buffer.from(line, 'base64'))).equals(content), 'all of the file is in the guest’s %TEMP%');
    t.match(told['there'], [/^no/], 'putting it together is PowerShell’s part');
  });
});
