import type { Call } from './call.ts';
import type { LocalPath } from './ids.ts';

/** A stand-in for a service that the program talks to, as a program of its own in one file. */
export interface ServiceProgram {
  /** What it stands in for. */
  readonly name: string;
  /** CommonJS for a Node of version 22 or later. Prints one line of JSON once it listens, and ends when its input does. */
  readonly script: LocalPath;
  /** Variables that lead the program to it: the member of that line which each of them gets, as `url` or `keys.v3`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The member of that line which is a made-up key. */
  readonly key: string;
  /** A Node for Windows, for guests that have none of the lab's. */
  readonly node: (call: Call) => Promise<LocalPath>;
}

/** The same as a check sees it: it runs in the guest, so that nothing has to leave it. */
export interface TestService {
  readonly name: string;
  /** Starts it; resolves once it listens. It ends when it is disposed of, at the latest with the guest. Throws `run.service-failed`. */
  readonly start: (call: Call) => Promise<RunningService>;
}

export interface RunningService extends AsyncDisposable {
  /** Variables that lead the program to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A made-up key, the only one of its kind that it takes. */
  readonly key: string;
}
