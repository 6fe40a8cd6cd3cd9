import { randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';

const skip = without('winrmcp');

const ways: readonly (readonly [name: string, tls: boolean])[] = [
  ['Basic: up to the PowerShell that puts its chunks together', false],
  ['HTTPS: as far', true],
];

for (const [name, tls] of ways) {
  t.test(name, { skip }, async (t) => {
    const to = await foreignEndpoint(t, tls ? { tls, basic: true } : { allowUnencrypted: true });
    const content = randomBytes(30_000);
    const file = path.join(to.folder, 'payload');
    await writeFile(file, content);
    const how = [
      '-user',
      to.user,
      '-pass',
      to.password,
      '-addr',
      `${to.host}:${to.port}`,
      ...(tls ? ['-https', '-cacert', to.authority] : []),
    ];
    const { exitCode, stdout, stderr } = await runForeign('/usr/bin/winrmcp', [...how, file, 'C:\\payload']);
    t.equal(exitCode, 1);
    t.match(stdout + stderr, /powershell\.exe: not found/);
    t.match(stdout + stderr, /restore operation returned code=127/, 'it reads the exit code');
    // To /bin/sh the name is no more than a name.
    const chunks = (await readdir(to.folder)).find((each) => each.startsWith('%TEMP%\\winrmcp-')) ?? '';
    const lines = (await readFile(path.join(to.folder, chunks), 'latin1')).trim().split(/\s+/);
    t.ok(Buffer.concat(lines.map((line) => Buffer.from(line, 'base64'))).equals(content), `${lines.length} chunks arrived whole`);
    t.equal(to.running(), 0);
  });
}
