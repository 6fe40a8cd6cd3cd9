import type { Call } from '../../core/call.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Measurement } from './measurement.ts';

/** What a bench is given. */
export interface BenchContext {
  /** The repository. */
  readonly root: LocalPath;
  /** How often each thing is measured, after one time that is thrown away. */
  readonly rounds: number;
  /** Less of everything, for a first look: the figures say little. */
  readonly quick: boolean;
  readonly call: Call;
  /** Tells the person who waits. */
  readonly say: (line: string) => void;
}

/** Something worth measuring. It throws when what it measures did not work: a number of something broken is never written down. */
export interface Bench {
  readonly name: string;
  /** A word that names several benches at once. */
  readonly family?: string;
  readonly title: string;
  /** What is measured, in a sentence or two. */
  readonly about: string;
  /** Takes so long, or so much from the network, that it runs only when it is named. */
  readonly onlyByName?: boolean;
  /** How often it measures when nobody says; 5 when absent. */
  readonly usualRounds?: number;
  readonly measure: (context: BenchContext) => Promise<readonly Measurement[]>;
}
