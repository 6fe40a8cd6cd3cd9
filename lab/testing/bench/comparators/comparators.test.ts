import { appendFile } from 'node:fs/promises';
import t from 'tap';
import { callFor } from '../../calls.ts';
import { CopyReferee, copyRound } from '../winrm-copy-rounds.ts';
import { incompressible, scratchPlace } from '../winrm-payloads.ts';
import { hostTarget } from '../winrm-targets.ts';
import { ansibleStyle } from './ansible-style.ts';
import type { CopyWay } from './copy-way.ts';
import { plainDownload } from './plain-download.ts';
import { transportWay, withoutPull } from './transport-way.ts';
import { winrmClient } from './winrm-client.ts';
import { winrmcpStyle } from './winrmcp-style.ts';

const call = callFor(120_000);

t.test('every way delivers what was sent', async (t) => {
  await using scratch = await scratchPlace();
  await using host = await hostTarget(call);
  await using referee = new CopyReferee();
  await referee.admit(host, call);
  // Below, at and above the piece of one message of each way.
  const sizes: readonly (readonly [CopyWay, readonly number[]])[] = [
    [winrmcpStyle, [1, 5800, 100_000]],
    [winrmClient, [1, 20_000]],
    [ansibleStyle, [1, 250_000, 600_001]],
    [plainDownload, [1, 2_000_000]],
    [transportWay('pull', /pull/, ({ http }) => http), [1_000_000]],
    [transportWay('push', /^winrm-/, ({ http }) => withoutPull(http)), [1, 2_000_000]],
    [transportWay('push, HTTPS', /^winrm-/, ({ https }) => withoutPull(https)), [2_000_000]],
    [transportWay('SFTP', /sftp/, ({ ssh }) => ssh), [1, 2_000_000]],
  ];
  for (const [way, list] of sizes) {
    for (const sizeBytes of list) {
      const payload = await incompressible(scratch.folder, sizeBytes);
      const result = await copyRound({ heading: '', payload, targets: [host], ways: [way] }, 0, referee, call);
      t.match(result.get(way), { megabytesPerSecond: Number }, `${way.label}, ${sizeBytes} bytes`);
    }
  }
});

t.test('a way that delivers anything else has no figure', async (t) => {
  await using scratch = await scratchPlace();
  await using host = await hostTarget(call);
  await using referee = new CopyReferee();
  await referee.admit(host, call);
  const payload = await incompressible(scratch.folder, 10_000);
  const race = { heading: '', payload, targets: [host] };
  const changing = (way: CopyWay): CopyWay => ({
    ...way,
    open: async (target, within) => {
      const opened = await way.open(target, within);
      if (typeof opened === 'string') return opened;
      return {
        copy: async (local, to, inner) => {
          await opened.copy(local, to, inner);
          await appendFile(target.native(to), 'AAAA\n');
        },
        [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
      };
    },
  });
  for (const way of [ansibleStyle, winrmcpStyle])
    await t.rejects(
      copyRound({ ...race, ways: [changing(way)] }, 0, referee, call),
      { message: /did not deliver what was sent/ },
      way.label,
    );
});

t.test('a way that cannot be gone says why, one that goes another way has no figure', async (t) => {
  await using scratch = await scratchPlace();
  await using host = await hostTarget(call);
  await using referee = new CopyReferee();
  await referee.admit(host, call);
  const payload = await incompressible(scratch.folder, 1_000_000);
  const race = { heading: '', payload, targets: [host] };
  const none = transportWay('pull', /pull/, () => 'it has no way back');
  t.equal((await copyRound({ ...race, ways: [none] }, 0, referee, call)).get(none), 'it has no way back');
  const pushing = transportWay('pull', /pull/, ({ http }) => withoutPull(http));
  await t.rejects(copyRound({ ...race, ways: [pushing] }, 0, referee, call), { message: /went another way: winrm-stdin/ });
});
