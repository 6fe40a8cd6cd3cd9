import type { z } from 'zod';
import type { Assurance } from './assurance.ts';
import type { BundleManifest } from './bundle.ts';
import type { Call } from './call.ts';
import type { FactLine } from './fact-line.ts';
import type { GuestSpec, Isolation } from './guest.ts';
import type { CheckId, RemotePath, Sha256 } from './ids.ts';
import type { Outcome, SkipReason } from './outcome.ts';
import type { Policy } from './policy.ts';
import type { TestService } from './stand-in.ts';
import type { Toolkit } from './toolkit.ts';

/** A guest as a check sees it. */
export interface Guest {
  readonly spec: GuestSpec;
  readonly assurance: Assurance;
  readonly isolation: Isolation;
  readonly toolkit: Toolkit;
  /** The bundle's zip as it was copied in. */
  readonly archive: RemotePath;
  /** Where the bundle is, or is to be, unpacked. It exists already for a check that `startsFrom: 'installed'`. */
  readonly installDirectory: RemotePath;
  /** A folder of this check's own that does not exist yet. */
  readonly scratch: RemotePath;
  readonly bundle: BundleManifest;
  /** Copies a folder out, which must be there, and reads its files. */
  readonly readFiles: (folder: RemotePath, call: Call) => Promise<GuestFiles>;
  /** A Node of the lab's own in the guest, put there where it is not; absent where the lab has none for it. */
  readonly node?: (call: Call) => Promise<RemotePath>;
  /** A stand-in for what the program talks to; absent where the configuration names none. */
  readonly testService?: TestService;
}

/** Files of a guest by their path below the folder that was asked for, `/` between parts. */
export interface GuestFiles {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** False when they were too large to be read; then there is none of them. */
  readonly complete: boolean;
}

/** Keeps files as evidence under their SHA-256; reports show the title. */
export interface EvidenceSink {
  readonly add: (title: string, mediaType: string, content: string | Uint8Array) => Promise<Sha256>;
}

/** One question about the release. `probe` talks to the guest and decides nothing; `judge` decides and talks to nobody. */
export interface Check<Facts> {
  readonly id: CheckId;
  readonly title: string;
  /** One sentence for the report: what is asked, and what an answer is worth. */
  readonly question: string;
  readonly startsFrom: 'pristine' | 'installed';
  /** `host`: runs alone across all guests. */
  readonly lane: 'guest' | 'host';
  /** A guest that is not walled off from the host makes the cell inconclusive. */
  readonly needsIsolation: boolean;
  /** What the facts must look like when read back; also the source of `schemas/facts/<id>.v1.json`. */
  readonly facts: z.ZodType<Facts>;
  readonly appliesTo: (guest: GuestSpec) => SkipReason | undefined;
  /**
   * Makes what the probe needs, in the lane of guests and before its turn on the host: only what is measured has to be alone. The probe gets the same
   * guest as it was left. A throw is one of the probe.
   */
  readonly prepare?: (guest: Guest, call: Call) => Promise<void>;
  readonly probe: (guest: Guest, evidence: EvidenceSink, call: Call) => Promise<Facts>;
  /** Pure and total. `assurance` tells which budgets hold. */
  readonly judge: (facts: Facts, policy: Policy, assurance: Assurance) => Outcome;
  /** The facts a reader wants to see, most telling first. Pure and total. */
  readonly highlights: (facts: Facts) => readonly FactLine[];
}

/** A check whose facts type is its own business: what lists of checks hold. */
// oxlint-disable-next-line no-explicit-any -- facts flow only from a check's probe to the same check's judge
export type AnyCheck = Check<any>;
