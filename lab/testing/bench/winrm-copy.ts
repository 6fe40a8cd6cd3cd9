import type { Bench } from './bench-definition.ts';
import { ansibleStyle } from './comparators/ansible-style.ts';
import type { CopyTarget, CopyWay } from './comparators/copy-way.ts';
import { plainDownload } from './comparators/plain-download.ts';
import { transportWay, withoutPull } from './comparators/transport-way.ts';
import { winrmClient } from './comparators/winrm-client.ts';
import { winrmcpStyle } from './comparators/winrmcp-style.ts';
import type { Measurement } from './measurement.ts';
import { type CopyAim, copyRows } from './winrm-copy-figures.ts';
import { CopyReferee, type CopyRace, collected, copyRound } from './winrm-copy-rounds.ts';
import { incompressible, realBundle, scratchPlace } from './winrm-payloads.ts';
import { guestTarget, hostTarget } from './winrm-targets.ts';

const PAYLOAD_BYTES = 100_000_000;
const QUICK_BYTES = 20_000_000;
const WARM_UP_BYTES = 2_000_000;

const PUSHED = /^winrm-/;
const pull = transportWay('pull', /pull/, ({ http }) => (http.pull === undefined ? 'it has no way back to this host' : http));
const pushSealed = transportWay('push, sealed', PUSHED, ({ http }) => withoutPull(http));
const pushBasic = transportWay('push, Basic', PUSHED, ({ http }) => ({ ...withoutPull(http), authentication: 'basic' }));
const pushHttps = transportWay('push, HTTPS', PUSHED, ({ https }) => withoutPull(https));
const sftp = transportWay('SFTP', /sftp/, ({ ssh }) => ssh);

const fast: readonly CopyWay[] = [pull, plainDownload, pushSealed, pushBasic, pushHttps, ansibleStyle, sftp];
const all: readonly CopyWay[] = [...fast, winrmcpStyle, winrmClient];

/** The comparators log in as "push, sealed" does, over the same endpoint. */
const aims: readonly CopyAim[] = [
  { way: pushSealed, over: winrmcpStyle, atLeast: 10 },
  { way: pushSealed, over: ansibleStyle, atLeast: 2 },
  { way: pull, over: plainDownload, atLeast: 0.8 },
  { way: pushBasic, over: winrmClient },
  { way: pushBasic, over: pushSealed },
  { way: pushHttps, over: pushSealed },
  { way: pull, over: pushSealed },
  { way: pushSealed, over: sftp },
];

/** What copying costs, by the side of how others do it. */
export const winrmCopy: Bench = {
  name: 'winrm-copy',
  family: 'winrm',
  title: 'WinRM: copying',
  about: [
    'A file to embedded guests, and to an endpoint in front of processes of this machine, where starting a process costs next to nothing.',
    'Incompressible bytes, the same every time, and the zip of a real release. Every way begins with a connection that is open, and ends with the file complete and hashed in the guest where the way does that; our own digest of the local file is computed anew each time.',
    'The styles of winrmcp and Ansible are made of the same messages, sockets, NTLM and sealing as “push, sealed”, over the same endpoint, so that only the strategy differs; what each leaves in the guest is verified after the clock has stopped.',
    'MB/s are 10⁶ bytes a second, with two guests of both together. CPU is processor time for every 100 MB: of the lab, of the endpoint and of all that runs behind it. On two processors no way can be quicker than half the sum of the three.',
  ].join(' '),
  onlyByName: true,
  usualRounds: 3,
  measure: async (context) => {
    const { call, quick, rounds, say } = context;
    await using scratch = await scratchPlace();
    const payload = await incompressible(scratch.folder, quick ? QUICK_BYTES : PAYLOAD_BYTES);
    const warmUp = await incompressible(scratch.folder, WARM_UP_BYTES);
    const bundle = quick ? undefined : await realBundle(context, scratch.folder);
    await using win11 = await guestTarget('win11', call);
    await using win10 = await guestTarget('win10', call);
    await using host = await hostTarget(call);
    await using referee = new CopyReferee();
    for (const target of [win11, win10, host]) await referee.admit(target, call);
    const races = [
      ...racesToGuests([win11, win10], [payload, ...(bundle ? [bundle] : [])]),
      { heading: `${payload.name} to an endpoint without a guest`, payload, targets: [host], ways: all },
    ];
    for (const race of races.slice(0, 1).concat(races.at(-1) ?? [])) await copyRound({ ...race, payload: warmUp }, 0, referee, call);
    const results = races.map(() => [] as Awaited<ReturnType<typeof copyRound>>[]);
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, race] of races.entries()) {
        const startedMs = performance.now();
        results[at]?.push(await copyRound(race, round, referee, call));
        say(`round ${round + 1} of ${rounds}: ${race.heading}, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
      }
    }
    return races.flatMap(({ heading }, at): readonly Measurement[] => copyRows(heading, collected(results[at] ?? []), aims));
  },
};

function racesToGuests(guests: readonly CopyTarget[], payloads: readonly CopyRace['payload'][]): readonly CopyRace[] {
  return payloads.flatMap((payload, at) => [
    // What echoes line by line cares neither for the payload nor gains by a second guest, and takes long.
    { heading: `${payload.name} to one guest`, payload, targets: guests.slice(0, 1), ways: at === 0 ? all : fast },
    { heading: `${payload.name} to two guests at once`, payload, targets: guests, ways: fast },
  ]);
}
