import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { execa } from 'execa';
import { Rc4 } from '../../winrm/ntlm/rc4.ts';
import { SessionSecurity } from '../../winrm/ntlm/session-security.ts';
import type { Bench } from './bench-definition.ts';
import { transportWay, withoutPull } from './comparators/transport-way.ts';
import { type Measurement, ratios, rotated } from './measurement.ts';
import { CopyReferee, type Lap, copyRound } from './winrm-copy-rounds.ts';
import { incompressible, scratchPlace } from './winrm-payloads.ts';
import { hostTarget } from './winrm-targets.ts';

const PAYLOAD_BYTES = 50_000_000;
const QUICK_BYTES = 10_000_000;
/** What a Send of the transport's weighs. */
const MESSAGE_BYTES = 502_000;
/** Base64 makes four bytes of three before they are sealed. */
const SEALED_OVER_RAW = 4 / 3;
const MESSAGES = 40;
/** Messages on their way to the worker, as many as a push prepares ahead. */
const AHEAD = 2;
const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

/** Encrypts bytes, in place or not. */
type Cipher = (bytes: Uint8Array) => void;

/**
 * Implementations of RC4 on npm, measured where they are installed: none is worth a dependency. What `rc4` gives is a generator of bytes, and
 * `arc4` and `crypto-js` begin anew with each call, so none could seal a second message.
 */
const packages: Readonly<Record<string, (loaded: never) => Cipher>> = {
  rc4: (Generator: new (key: readonly number[]) => { randomByte: () => number }) => {
    const generator = new Generator([...KEY]);
    return (bytes) => {
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ generator.randomByte();
    };
  },
  arc4: (make: (algorithm: string, key: Buffer) => { encodeBuffer: (bytes: Uint8Array) => unknown }) => {
    const cipher = make('arc4', KEY);
    return (bytes) => void cipher.encodeBuffer(bytes);
  },
  'crypto-js': (library: {
    lib: { WordArray: { create: (bytes: Uint8Array) => unknown } };
    algo: { RC4: { createEncryptor: (key: unknown) => { process: (words: unknown) => unknown } } };
  }) => {
    const { lib, algo } = library;
    const cipher = algo.RC4.createEncryptor(lib.WordArray.create(new Uint8Array(KEY)));
    return (bytes) => void cipher.process(lib.WordArray.create(new Uint8Array(bytes)));
  },
};

/** Whether sealing is what a push waits for. */
export const winrmSealing: Bench = {
  name: 'winrm-sealing',
  family: 'winrm',
  title: 'WinRM: sealing',
  about: [
    'RC4 and HMAC-MD5 over messages of the size of a Send, in one thread. OpenSSL’s RC4 is native code that Node gives only to who starts it with `--openssl-legacy-provider`.',
    'The share of a push is the time that sealing its bytes takes by itself, over the time of the whole push to an endpoint in front of processes of this machine: the endpoint then opens the seals on another processor.',
  ].join(' '),
  onlyByName: true,
  usualRounds: 3,
  measure: async (context) => {
    const { call, quick, rounds, say } = context;
    await using scratch = await scratchPlace();
    const payload = await incompressible(scratch.folder, quick ? QUICK_BYTES : PAYLOAD_BYTES, 'sealing');
    await using host = await hostTarget(call);
    await using referee = new CopyReferee();
    await referee.admit(host, call);
    const push = transportWay('push, sealed', /^winrm-/, ({ http }) => withoutPull(http));
    const race = { heading: 'sealing', payload, targets: [host], ways: [push] };
    const loaded = Object.entries(packages).map(([name, make]) => [name, load(name, make)] as const);
    const figures = new Map<string, number[]>();
    const jobs: readonly (readonly [string, () => number | Promise<number>])[] = [
      ['own RC4', () => cipherSpeed(ownCipher())],
      ['RC4 of OpenSSL', () => opensslSpeed()],
      ...loaded.flatMap(([name, found]) => (found ? [[`${name} ${found.version}`, () => cipherSpeed(found.cipher)] as const] : [])),
      ['sealing', sealSpeed],
      ['sealing on a worker thread', workerSpeed],
      ['push', async () => speedOf((await copyRound(race, 0, referee, call)).get(push))],
    ];
    for (let round = -1; round < rounds; round += 1) {
      for (const [label, job] of rotated(jobs, round + 1)) {
        const value = await job();
        if (round >= 0) figures.set(label, [...(figures.get(label) ?? []), value]);
      }
      if (round >= 0) say(`round ${round + 1} of ${rounds}`);
    }
    const of = (label: string): readonly number[] => figures.get(label) ?? [];
    const share = ratios(of('push'), of('sealing')).map((ratio) => ratio * SEALED_OVER_RAW * 100);
    const npm = loaded.map(([name, found]): Measurement => {
      const label = `own RC4 over ${found ? `${name} ${found.version}` : name}`;
      if (!found) return { label, unit: '×', values: [], note: `not there: install it in a folder of its own and name that in NODE_PATH` };
      return { label, unit: '×', values: ratios(of('own RC4'), of(`${name} ${found.version}`)), atLeast: 1 };
    });
    const speeds = [...figures].map(([label, values]): Measurement => ({
      label: label === 'push' ? 'a sealed push' : label,
      unit: 'MB/s',
      values,
    }));
    return [
      { label: 'sealing in the time of a push', unit: '%', values: share, limit: 50 },
      { label: 'a worker thread over sealing in place', unit: '×', values: ratios(of('sealing on a worker thread'), of('sealing')) },
      { label: 'own RC4 over OpenSSL’s', unit: '×', values: ratios(of('own RC4'), of('RC4 of OpenSSL')) },
      ...npm,
      ...speeds,
    ];
  },
};

function load(name: string, make: (loaded: never) => Cipher): { readonly version: string; readonly cipher: Cipher } | undefined {
  // CommonJS looks into NODE_PATH, modules do not.
  const require = createRequire(import.meta.url);
  try {
    const { version } = require(`${name}/package.json`) as { version: string };
    return { version, cipher: make(require(name) as never) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function ownCipher(): Cipher {
  const cipher = new Rc4(KEY);
  return (bytes) => cipher.apply(bytes);
}

const speedSince = (sizeBytes: number, startedMs: number): number => sizeBytes / 1e3 / (performance.now() - startedMs);

function speedOf(lap: Lap | string | undefined): number {
  if (lap === undefined || typeof lap === 'string') throw new Error(`nothing was pushed: ${String(lap)}`);
  return lap.megabytesPerSecond;
}

function cipherSpeed(cipher: Cipher): number {
  const message = randomBytes(MESSAGE_BYTES);
  const startedMs = performance.now();
  for (let count = 0; count < MESSAGES; count += 1) cipher(message);
  return speedSince(MESSAGES * MESSAGE_BYTES, startedMs);
}

function sealSpeed(): number {
  const session = new SessionSecurity('client', KEY);
  return cipherSpeed((bytes) => session.seal(bytes));
}

/** In another process: the option is for a whole process and must not be on in this one. */
async function opensslSpeed(): Promise<number> {
  const code = `
    const cipher = require('node:crypto').createCipheriv('rc4', Buffer.from('${KEY.toString('hex')}', 'hex'), null);
    const message = Buffer.alloc(${MESSAGE_BYTES}, 7);
    cipher.update(message);
    const startedMs = performance.now();
    for (let count = 0; count < ${MESSAGES}; count += 1) cipher.update(message);
    console.log(${(MESSAGES * MESSAGE_BYTES) / 1e3} / (performance.now() - startedMs));
  `;
  const { stdout } = await execa(process.execPath, ['--openssl-legacy-provider', '--eval', code]);
  const speed = Number(stdout);
  if (!(speed > 0)) throw new Error(`OpenSSL was not measured: ${stdout}`);
  return speed;
}

/** As a push would use it: a message or two ahead, sealed elsewhere, each checked to come back sealed. */
async function workerSpeed(): Promise<number> {
  const worker = new Worker(new URL('winrm-sealing-worker.ts', import.meta.url), { workerData: KEY, execArgv: ['--no-warnings'] });
  const opener = new SessionSecurity('server', KEY);
  const messages = Array.from({ length: AHEAD + 1 }, () => Uint8Array.from(randomBytes(MESSAGE_BYTES)));
  try {
    return await new Promise<number>((resolve, reject) => {
      const [first, ...ready] = messages;
      const original = Uint8Array.from(first ?? []);
      let startedMs = 0;
      let sealed = -1;
      const send = (bytes: Uint8Array<ArrayBuffer>): void => worker.postMessage(bytes, [bytes.buffer]);
      worker.once('error', reject);
      worker.on('message', ({ bytes, signature }: { bytes: Uint8Array<ArrayBuffer>; signature: Uint8Array }) => {
        sealed += 1;
        if (sealed === 0) {
          // The first one loads the worker's sources and proves that it seals.
          const copy = Buffer.from(bytes);
          opener.unseal(signature, copy);
          if (!copy.equals(original)) return reject(new Error('the worker does not seal'));
          startedMs = performance.now();
          ready.forEach(send);
        } else if (sealed < MESSAGES) send(bytes);
        else if (sealed === MESSAGES) resolve(speedSince(MESSAGES * MESSAGE_BYTES, startedMs));
      });
      if (first) send(first);
    });
  } finally {
    await worker.terminate();
  }
}
