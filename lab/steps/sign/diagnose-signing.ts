import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { Diagnosis } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { SigningConfig } from '../../core/signing-config.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { makeWorkshop } from '../../host/workshop.ts';
import { signExecutable } from './sign-executable.ts';
import type { SignerParts } from './signer.ts';
import { signerFor } from './signers/index.ts';
import { requestTimestamp } from './timestamp/request-timestamp.ts';
import { trialExecutable } from './trial-executable.ts';

const DAY_MS = 86_400_000;
/** Authorities take about that long to issue a new one. */
const SOON_DAYS = 30;

/**
 * What signing lacks: the tool, the key, the certificate, the time-stamp servers. The key is tried on a program that cannot be started, once, and only
 * where everything else is there: that is the only way to learn that password, key and certificate belong together.
 */
export async function diagnoseSigning(
  config: SigningConfig | undefined,
  parts: SignerParts,
  clock: Clock,
  call: Call,
): Promise<readonly Diagnosis[]> {
  const signer = config && signerFor(config.signer, parts, clock);
  if (config === undefined || signer === undefined)
    return [{ subject: 'signing', state: 'ok', message: 'the executable stays unsigned by choice' }];
  const needs = await signer.doctor(call);
  const tried = needs.some(({ state }) => state === 'missing') ? [] : [await trySigning(config, parts, clock, call)];
  const servers = await Promise.all((config.timestamps?.servers ?? []).map((server) => tryServer(server, config, clock, call)));
  const stamps: readonly Diagnosis[] = config.timestamps
    ? servers
    : [
        {
          subject: 'time stamps',
          state: 'warning',
          message: 'none are wanted, so a signature dies with its certificate',
          hint: 'Name servers in `signing.timestamps` of lab.config.json.',
        },
      ];
  return [...needs, ...tried, ...stamps].map((diagnosis) => ({ ...diagnosis, subject: `signing: ${diagnosis.subject}` }));
}

async function trySigning(config: SigningConfig, parts: SignerParts, clock: Clock, call: Call): Promise<Diagnosis> {
  const subject = 'key and certificate';
  const signer = signerFor(config.signer, parts, clock);
  if (signer === undefined) return { subject, state: 'ok', message: 'none is needed' };
  try {
    await using workshop = await makeWorkshop(parts.folders.cache);
    const executable = path.join(workshop.folder, 'trial.exe') as LocalPath;
    await writeFileAtomic(executable, trialExecutable());
    const { timestamps: _none, ...untimed } = config;
    const { report } = await signExecutable(
      {
        executable,
        outputDirectory: path.join(workshop.folder, 'signed') as LocalPath,
        projectRoot: parts.projectRoot,
        config: untimed,
        signer,
        displayName: 'Trial',
        clock,
        onProgress: () => {},
        onRefused: () => {},
      },
      call,
    );
    const { signer: certificate, rehearsal } = report.signature;
    const days = Math.floor((Date.parse(certificate.validTo) - Date.parse(clock.now())) / DAY_MS);
    const message = `${certificate.subject}, ${certificate.key}, valid for ${days} days`;
    if (!rehearsal && days < SOON_DAYS)
      return { subject, state: 'warning', message, hint: 'Get a new certificate before this one ends; what has a time stamp stays valid.' };
    return { subject, state: 'ok', message };
  } catch (error) {
    if (!(error instanceof LabError) || call.signal.aborted) throw error;
    return { subject, state: 'missing', message: error.message, hint: error.hint };
  }
}

async function tryServer(
  server: NonNullable<SigningConfig['timestamps']>['servers'][number],
  { timestamps }: SigningConfig,
  clock: Clock,
  call: Call,
): Promise<Diagnosis> {
  const subject = `time-stamp server ${server.url}`;
  try {
    await requestTimestamp(server, randomBytes(32), () => undefined, clock, call);
    return { subject, state: 'ok', message: 'answers' };
  } catch (error) {
    if (!(error instanceof LabError) || call.signal.aborted) throw error;
    const others = timestamps !== undefined && (timestamps.servers.length > 1 || timestamps.demand === 'optional');
    return { subject, state: others ? 'warning' : 'missing', message: String(error.values['reason']), hint: error.hint };
  }
}
