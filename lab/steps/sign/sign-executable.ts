import type { X509Certificate } from 'node:crypto';
import path from 'node:path';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import type { SignatureProblem, SignatureReport } from '../../core/signature-report.ts';
import type { SigningConfig } from '../../core/signing-config.ts';
import { readPlainFile, writeNewFile } from '../../host/plain-file.ts';
import { openStaging } from '../../host/staging.ts';
import { addTimestamp } from './authenticode/add-timestamp.ts';
import { readCertificates } from './authenticode/certificates.ts';
import { examineSignature, signatureValueOf } from './authenticode/examine-signature.ts';
import { changesBesidesSignature } from './authenticode/only-signature-added.ts';
import type { OpinionRequest, Signer } from './signer.ts';
import { timestampFor } from './timestamp/stamp-signature.ts';

/** Far above what Windows starts. */
export const MOST_EXECUTABLE_BYTES = 1 << 30;

export interface SignExecutableRequest {
  readonly executable: LocalPath;
  /** The signed copy appears here under the name of the executable. */
  readonly outputDirectory: LocalPath;
  /** What the paths in the configuration are relative to. */
  readonly projectRoot: LocalPath;
  readonly config: SigningConfig;
  readonly signer: Signer;
  /** What Windows calls the program when it asks, where the configuration says nothing. */
  readonly displayName: string;
  /** Seconds since 1970: see {@link sourceDateEpoch}. Absent: the time it is. */
  readonly timeSeconds?: number | undefined;
  readonly clock: Clock;
  readonly onProgress: (what: string) => void;
  /** Told of each time-stamp server that was passed over, and why. */
  readonly onRefused: (error: LabError) => void;
}

/** A signed executable that was read back and examined. */
export interface SignedExecutable {
  readonly path: LocalPath;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  readonly report: SignatureReport & { readonly signature: NonNullable<SignatureReport['signature']> };
  /** Which server gave the time stamp; absent when there is none. */
  readonly timestampServer?: string;
}

/**
 * Signs an executable and looks at what came out: the chain, the digest as the lab computes it, the time stamp, that nothing but a signature was added, and
 * what another tool thinks of it. The signed copy appears under its name only when all of that is right; the executable itself stays as it is. An RSA key
 * gives the same bytes again at the same `timeSeconds`, as long as there is no time stamp.
 */
export async function signExecutable(request: SignExecutableRequest, call: Call): Promise<SignedExecutable> {
  const { executable, outputDirectory, signer, config, clock, onProgress } = request;
  const fileName = path.basename(executable);
  const before = await readPlainFile(executable, MOST_EXECUTABLE_BYTES);
  refuseSigned(before, fileName);
  const authorities = await trusted(request, config.authorities);
  const timestampAuthorities = await trusted(request, config.timestamps?.authorities);

  await using staging = await openStaging(outputDirectory);
  onProgress(`sign by ${signer.name}`);
  const to = path.join(staging.directory, 'signed') as LocalPath;
  const { description = request.displayName, url } = config;
  await signer.sign({ from: executable, to, description, url, timeSeconds: request.timeSeconds }, call);
  call.signal.throwIfAborted();
  let signed = await readOutput(to, signer, fileName);
  refuse(fileName, added(before, signed));

  let timestampServer: string | undefined;
  if (config.timestamps) {
    onProgress('get a time stamp');
    const stamp = await timestampFor(
      signatureValue(signed, fileName),
      config.timestamps,
      timestampAuthorities,
      { clock, onRefused: request.onRefused },
      call,
    );
    if (stamp) {
      signed = addTimestamp(signed, stamp.token);
      timestampServer = stamp.server;
    }
  }

  onProgress('look at the signature');
  const stamped = path.join(staging.directory, fileName) as LocalPath;
  const { sizeBytes, sha256 } = await writeNewFile(stamped, signed, call.signal);
  // Read back, since it is the file that is published.
  const after = await readPlainFile(stamped, MOST_EXECUTABLE_BYTES);
  const report = examineSignature(after, fileName, {
    authorities,
    timestampAuthorities,
    timestamp: config.timestamps?.demand ?? 'optional',
    nowMs: Date.parse(clock.now()),
  });
  refuse(fileName, [...added(before, after), ...report.problems], report);
  refuse(fileName, await disputed(signer, stamped, request, call));
  const { signature } = report;
  if (signature === undefined) throw LabError.of('sign.wrong-signature', { file: fileName, problems: 'there is none' });
  await staging.publish([fileName]);
  return {
    path: path.join(outputDirectory, fileName) as LocalPath,
    sizeBytes,
    sha256,
    report: { ...report, signature },
    ...(timestampServer === undefined ? {} : { timestampServer }),
  };
}

function refuseSigned(before: Buffer, file: string): void {
  let report: SignatureReport;
  try {
    report = examineSignature(before, file, { authorities: [], timestampAuthorities: [], timestamp: 'optional', nowMs: 0 });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw LabError.of('sign.not-executable', { file, reason: error.message }, { cause: error });
  }
  const [problem] = report.problems;
  if (report.signature) throw LabError.of('sign.signed-already', { file, signer: report.signature.signer.subject });
  if (problem) throw LabError.of('sign.not-executable', { file, reason: problem.message });
}

const trusted = async ({ projectRoot }: SignExecutableRequest, file: string | undefined): Promise<readonly X509Certificate[]> =>
  file === undefined ? [] : readCertificates(path.resolve(projectRoot, file));

async function readOutput(to: LocalPath, signer: Signer, file: string): Promise<Buffer> {
  try {
    return await readPlainFile(to, MOST_EXECUTABLE_BYTES);
  } catch (error) {
    throw LabError.of(
      'sign.tool-failed',
      { signer: signer.name, file, reason: 'it says that it signed, and wrote nothing' },
      { cause: error },
    );
  }
}

function added(before: Buffer, after: Buffer): readonly SignatureProblem[] {
  try {
    return changesBesidesSignature(before, after).map((message) => ({ code: 'changed-elsewhere', message }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ code: 'changed-elsewhere', message: error.message }];
  }
}

function signatureValue(signed: Buffer, file: string): Buffer {
  try {
    return signatureValueOf(signed);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw LabError.of('sign.wrong-signature', { file, problems: error.message }, { cause: error });
  }
}

/** What is the certificate's fault, not that of whoever signed with it. */
const faultsOfCertificate: ReadonlySet<SignatureProblem['code']> = new Set([
  'expired',
  'not-yet-valid',
  'not-for-code-signing',
  'weak-key',
  'unknown-authority',
  'chain-broken',
]);

function refuse(file: string, problems: readonly SignatureProblem[], report?: SignatureReport): void {
  if (problems.length === 0) return;
  const inWords = problems.map(({ message }) => message).join('; ');
  if (report?.signature && problems.every(({ code }) => faultsOfCertificate.has(code)))
    throw LabError.of('sign.unfit-certificate', { signer: report.signature.signer.subject, problems: inWords });
  throw LabError.of('sign.wrong-signature', { file, problems: inWords });
}

async function disputed(
  { secondOpinion }: Signer,
  file: LocalPath,
  { projectRoot, config }: SignExecutableRequest,
  call: Call,
): Promise<readonly SignatureProblem[]> {
  if (secondOpinion === undefined) return [];
  const at = (name: string | undefined): string | undefined => (name === undefined ? undefined : path.resolve(projectRoot, name));
  const request: OpinionRequest = { file, authorities: at(config.authorities), timestampAuthorities: at(config.timestamps?.authorities) };
  return (await secondOpinion(request, call)).map((message) => ({ code: 'disputed', message }));
}

/** The time a reproducible signature gives (the specification of SOURCE_DATE_EPOCH); `undefined` where the variable is not set. Throws `sign.bad-time`. */
export function sourceDateEpoch(environment: Readonly<Record<string, string | undefined>>): number | undefined {
  const value = environment['SOURCE_DATE_EPOCH'];
  if (value === undefined || value === '') return undefined;
  // 1700000000
  if (!/^\d{1,11}$/.test(value)) throw LabError.of('sign.bad-time', { value });
  return Number(value);
}
