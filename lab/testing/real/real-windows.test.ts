import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { openPromise } from 'yauzl';
import type { GuestSpec } from '../../core/guest.ts';
import { type LocalPath, guestName } from '../../core/ids.ts';
import { Masker } from '../../core/secret.ts';
import { hostEndpoint } from '../../guests/existing/host-endpoint.ts';
import { existingHost } from '../../core/existing-host.ts';
import { wineProvider } from '../../guests/wine/wine-provider.ts';
import { systemClock } from '../../host/clock.ts';
import { windowsNode } from '../../host/windows-node.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { noWine, projectRoot, realFolders, testCall, wineSpecs } from '../wine-rig.ts';
import { tryReal } from './try-real.ts';

t.setTimeout(1_800_000);

const environment = process.env;
const real = environment['LAB_REAL'] === '1';

const nodeForWindows = async (): Promise<LocalPath> =>
  (await windowsNode({ folders: realFolders, projectRoot, onProgress: () => {} }, testCall())).executable;

/** `LAB_REAL_URL`, `LAB_REAL_USER`, `LAB_REAL_PASSWORD` or `LAB_REAL_KEY` (a file), `LAB_REAL_CERTIFICATE`, `LAB_REAL_HOST_KEY`, `LAB_REAL_AUTHENTICATION`. */
function specFromEnvironment(): GuestSpec {
  const optional = (key: string, variable: string): Record<string, string> => {
    const value = environment[variable];
    return value ? { [key]: value } : {};
  };
  const existing = existingHost.parse({
    address: environment['LAB_REAL_URL'],
    user: environment['LAB_REAL_USER'] ?? 'vagrant',
    ...(environment['LAB_REAL_PASSWORD'] ? { passwordEnv: 'LAB_REAL_PASSWORD' } : {}),
    ...optional('identityFile', 'LAB_REAL_KEY'),
    ...optional('certificateSha256', 'LAB_REAL_CERTIFICATE'),
    ...optional('hostKeySha256', 'LAB_REAL_HOST_KEY'),
    ...optional('authentication', 'LAB_REAL_AUTHENTICATION'),
  });
  return { name: guestName('real'), os: 'windows-11', build: 10240, provider: 'existing', existing };
}

t.test('a real Windows', { skip: real ? false : 'LAB_REAL=1 and LAB_REAL_URL try a machine: docs/guide/existing-hosts.md' }, async (t) => {
  const masker = new Masker();
  const endpoint = await hostEndpoint(specFromEnvironment(), { projectRoot, environment, masker });
  // No secrets, and nobody else's business.
  for (const name of [endpoint.user, os.hostname(), os.userInfo().username, new URL(environment['LAB_REAL_URL'] ?? '').hostname])
    masker.register(name);
  const out = path.resolve(environment['LAB_REAL_OUT'] ?? 'lab-real.zip') as LocalPath;
  await tryReal(t, { endpoint, assurance: 'windows', node: await nodeForWindows(), masker, links: 'native' }, out);
});

t.test(
  'the same on an embedded guest, so that it works on the day it is needed',
  { skip: real ? 'a real one is tried' : noWine },
  async (t) => {
    const masker = new Masker();
    const provider = wineProvider({ folders: realFolders, projectRoot, clock: systemClock, masker });
    await using lease = await provider.acquire(wineSpecs.win11, { id: 'real-test' }, testCall());
    const out = path.join(await scratchFolder(t), 'real.zip') as LocalPath;
    const { endpoint } = lease;
    masker.register(endpoint.user);
    await tryReal(t, { endpoint, assurance: 'emulated', node: await nodeForWindows(), masker, links: 'wine' }, out);
    const zip = await openPromise(out, { autoClose: false });
    const names: string[] = [];
    const pieces: Buffer[] = [];
    for await (const entry of zip.eachEntry()) {
      names.push(entry.fileName);
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
    }
    zip.close();
    const content = Buffer.concat(pieces);
    t.equal(names[0], 'report.json');
    t.ok(names.length >= 9, names.join(' '));
    t.notOk(masker.findsIn(content), 'nothing secret is in it');
    t.match(content.toString(), /"user": "\*\*\*"/, 'what was masked can be seen');
  },
);
