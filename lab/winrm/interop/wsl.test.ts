import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';

const skip = without('wsl');

t.test('wslid: Identify over Basic', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  const folder = path.join(to.folder, 'wsl');
  await mkdir(folder);
  const { exitCode, stdout } = await runForeign('/usr/bin/wslid', ['check'], {
    cwd: folder,
    env: { HOME: folder, OUTPREFIX: folder, WSNOSSL: 'true', WSENDPOINT: `${to.host}:${to.port}`, WSUSER: to.user, WSPASS: to.password },
  });
  t.equal(exitCode, 0);
  t.match(stdout, '<wsmid:ProductVersion>OS: 10.0.19045 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>');
});
