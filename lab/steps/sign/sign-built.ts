import type { Call } from '../../core/call.ts';
import type { FactLine } from '../../core/fact-line.ts';
import type { BuiltExecutable } from '../build/built-executable.ts';
import { type SignExecutableRequest, signExecutable } from './sign-executable.ts';

/** A built executable that may be signed, and how it was. */
export interface MaybeSigned {
  readonly built: BuiltExecutable;
  /** What is worth telling of it. */
  readonly lines: readonly FactLine[];
}

/** Signs what was built: see {@link signExecutable}. What was built stays as it is. */
export async function signBuilt(
  built: BuiltExecutable,
  request: Omit<SignExecutableRequest, 'executable'>,
  call: Call,
): Promise<MaybeSigned> {
  const { path, sizeBytes, sha256, report, timestampServer } = await signExecutable({ ...request, executable: built.path }, call);
  const { signer, rehearsal, timestamp } = report.signature;
  return {
    built: {
      ...built,
      path,
      sizeBytes,
      sha256,
      signature: { signer: signer.subject, rehearsal },
      sizes: { ...built.sizes, otherBytes: built.sizes.otherBytes + sizeBytes - built.sizeBytes },
    },
    lines: [
      { label: 'signature', value: signer.subject, note: rehearsal ? 'a rehearsal that nobody trusts' : `valid until ${signer.validTo}` },
      {
        label: 'time stamp',
        value: timestamp?.at ?? 'none',
        note: timestamp ? `${timestamp.authority.subject} (${timestampServer ?? ''})` : 'the signature dies with its certificate',
      },
      { label: 'signed executable', value: built.fileName, note: `${(sizeBytes / 2 ** 20).toFixed(1)} MiB, SHA-256 ${sha256}` },
    ],
  };
}
