import { statfsSync } from 'node:fs';
import os from 'node:os';
import type { BoxAnswer, BoxRepair } from '../../../core/box-truth.ts';
import type { Questions } from '../../questions.ts';
import { emulatorVersion } from './emulator-version.ts';
import { toNative } from './guest-path.ts';

const emulated = { state: 'not-applicable', reason: 'emulated' } as const;
const known = <T>(value: T) => ({ state: 'known', value }) as const;

/** What an embedded guest can say of itself. It has no Defender, no licence and no screen, and does not act as if it had. */
export function readBox(): BoxAnswer {
  return {
    system: known(emulatorVersion() ?? 'no Windows at all'),
    osBuild: osBuild(),
    osRevision: emulated,
    edition: emulated,
    activation: emulated,
    licenceDaysLeft: emulated,
    realTimeProtection: emulated,
    defenderMode: emulated,
    engineVersion: emulated,
    signatureVersion: emulated,
    signatureAgeDays: emulated,
    tamperProtection: emulated,
    exclusions: emulated,
    smartScreen: emulated,
    smartAppControl: emulated,
    uac: emulated,
    elevated: emulated,
    clockUnixMs: known(Date.now()),
    upSeconds: known(Math.floor(os.uptime())),
    powerPlan: emulated,
    freeDiskBytes: freeDiskBytes(),
    interactiveSession: emulated,
    pendingReboot: emulated,
    language: known(Intl.DateTimeFormat().resolvedOptions().locale),
    codePage: emulated,
    // What the tool itself runs on lies outside the guest's C: drive.
    runtimes: known([]),
    networkCategories: emulated,
    powershell: emulated,
  };
}

function osBuild(): BoxAnswer['osBuild'] {
  // 10.0.19045
  const build = Number(os.release().split('.')[2]?.replace(/\D.*$/, ''));
  return Number.isSafeInteger(build) ? known(build) : { state: 'unknown', reason: `the version is ${os.release()}` };
}

function freeDiskBytes(): BoxAnswer['freeDiskBytes'] {
  try {
    const { bavail, bsize } = statfsSync(toNative('C:\\'));
    return known(bavail * bsize);
  } catch (error) {
    return { state: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** There is nothing to repair, and that is said. */
export const repairBox = ({ facts }: Questions['repairBox']): { readonly repairs: BoxRepair[] } => ({
  repairs: facts.map((fact) => ({ fact, done: false, problem: 'an emulated guest has nothing to repair' })),
});
