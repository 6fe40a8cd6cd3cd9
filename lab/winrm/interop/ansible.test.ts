import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';
import { legacyOpenssl } from '../../testing/winrm/pywinrm.ts';

const skip = without('ansible', 'pywinrm');

t.test('NTLM, sealed: it logs in, and even its raw module needs PowerShell', { skip }, async (t) => {
  const to = await foreignEndpoint(t);
  const inventory = path.join(to.folder, 'inventory');
  const settings = {
    connection: 'winrm',
    host: to.host,
    port: to.port,
    user: to.user,
    password: to.password,
    winrm_transport: 'ntlm',
    winrm_scheme: 'http',
  };
  const words = Object.entries(settings).map(([name, value]) => `ansible_${name}=${value}`);
  await writeFile(inventory, `guest ${words.join(' ')}\n`);
  const { stdout } = await runForeign('/usr/bin/ansible', ['--inventory', inventory, 'guest', '-m', 'raw', '-a', 'ver'], {
    cwd: to.folder,
    env: { HOME: to.folder, ANSIBLE_NOCOLOR: '1', ...(await legacyOpenssl(to.folder)) },
  });
  t.match(stdout, /^guest \| FAILED \| rc=127 >>$/m, 'it logged in, ran a command and read its exit code');
  t.match(stdout, /\/bin\/sh: 1: PowerShell: not found/, 'which was PowerShell');
});
