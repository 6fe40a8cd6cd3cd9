import type { Call } from '../../core/call.ts';
import type { Diagnosis } from '../../core/guest.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Masker } from '../../core/secret.ts';
import type { Folders } from '../../host/folders.ts';

/** One executable to be signed. */
export interface SigningRequest {
  /** Is not signed, and stays as it is. */
  readonly from: LocalPath;
  /** Where the signed copy goes; nothing is there yet, and its folder is. */
  readonly to: LocalPath;
  /** What Windows calls the program when it asks. */
  readonly description: string;
  readonly url?: string | undefined;
  /** What the signature gives as its time, in seconds since 1970; absent: the time it is. */
  readonly timeSeconds?: number | undefined;
}

/** What a signature of another tool is held against. */
export interface OpinionRequest {
  readonly file: LocalPath;
  /** PEM certificates above the signer's, and above the time-stamp server's; absent: that part is not asked. */
  readonly authorities?: string | undefined;
  readonly timestampAuthorities?: string | undefined;
}

/** Signs executables with one key. */
export interface Signer {
  /** For people: `osslsigncode with release.pfx`. */
  readonly name: string;
  /** Whether `timeSeconds` decides what time the signature gives. Then an RSA key gives the same bytes again. */
  readonly repeatable: boolean;
  /** What it needs of this machine, without using the key. */
  readonly doctor: (call: Call) => Promise<readonly Diagnosis[]>;
  /**
   * Writes a signed copy with a SHA-256 digest, without a time stamp. Nobody has looked at it yet: see `signExecutable`. Throws a `LabError` in which no
   * password stands; what is then at `to` is to be thrown away.
   */
  readonly sign: (request: SigningRequest, call: Call) => Promise<void>;
  /** What is wrong with a signature in another program's opinion; absent: it has none. */
  readonly secondOpinion?: (request: OpinionRequest, call: Call) => Promise<readonly string[]>;
}

/** What signers are made with. */
export interface SignerParts {
  /** What relative paths of the configuration are relative to. */
  readonly projectRoot: LocalPath;
  readonly folders: Folders;
  /** The lab's own environment: passwords may be in it, and are taken out of what programs get to see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Is told each password that is read. */
  readonly masker: Masker;
}
