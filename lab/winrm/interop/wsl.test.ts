import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';

const skip = without('wsl');

const ways: readonly (readonly [name: string, tls: boolean])[] = [
  ['Identify with Basic', false],
  ['Identify with Basic over HTTPS', true],
];

for (const [name, tls] of ways) {
  t.test(name, { skip }, async (t) => {
    const to = await foreignEndpoint(t, tls ? { tls, basic: true } : { allowUnencrypted: true });
    const folder = path.join(to.folder, 'wsl');
    await mkdir(folder);
    // Without a file of its own name for the certificate it takes any.
    await copyFile(to.authority, path.join(folder, `${to.host}:${to.port}.crt`));
    const target = { WSENDPOINT: `${to.host}:${to.port}`, WSUSER: to.user, WSPASS: to.password };
    const { exitCode, stdout } = await runForeign('/usr/bin/wslid', ['check'], {
      cwd: folder,
      env: { HOME: folder, OUTPREFIX: folder, ...target, ...(tls ? {} : { WSNOSSL: 'true' }) },
    });
    t.equal(exitCode, 0);
    t.match(stdout, '<wsmid:ProductVersion>OS: 10.0.19045 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>');
  });
}
