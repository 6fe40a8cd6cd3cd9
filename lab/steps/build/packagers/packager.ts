import type { Call } from '../../../core/call.ts';
import type { PackagerName } from '../../../core/config.ts';
import type { LocalPath } from '../../../core/ids.ts';
import type { Component } from '../built-executable.ts';

/** What is put together. */
export interface PackageParts {
  /** Must be empty, or not there yet; everything is written below it. */
  readonly folder: LocalPath;
  /** The runtime, which has the product's identity already. */
  readonly runtime: Uint8Array;
  /** The bundled program: one CommonJS file. */
  readonly program: Uint8Array;
  /** The native parts, by the names the program asks for. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/** What somebody finds who takes an executable apart. */
export interface PackagedContent {
  readonly program: Uint8Array;
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** What must not be, a sentence each: a code cache, a program under another name, something nobody put in. */
  readonly problems: readonly string[];
}

/** The runtime that a packager puts a program into, as it came. */
export interface PackagerRuntime {
  /** `node 26.10.0` */
  readonly name: string;
  /** The Windows executable. */
  readonly executable: LocalPath;
  readonly component: Component;
}

/** Makes one Windows executable of a runtime, a program and native parts. */
export interface Packager {
  readonly name: PackagerName;
  readonly runtime: PackagerRuntime;
  /** What an esbuild target calls the JavaScript that the runtime understands: `node26.10.0`. */
  readonly target: string;
  /** Everything of the packager itself that decides what the bytes are. */
  readonly recipe: unknown;
  /** What its executables cannot do, or let happen, that a release manager has to know; a sentence each. */
  readonly limits: readonly string[];
  /**
   * Puts the parts together and gives the executable's path. The same parts give the same bytes, in whatever folder. Throws `build.packager-failed`, also
   * when it takes too long; nothing is left running.
   */
  readonly package: (parts: PackageParts, call: Call) => Promise<LocalPath>;
  /** Reads what was put into an executable. Pure; throws `RangeError` or the like for a file that this packager did not make. */
  readonly read: (file: Uint8Array) => PackagedContent;
}
