import type { Advisory, ShippedPackage } from './osv.ts';

/** Somewhere that known vulnerabilities can be asked from. */
export interface AdvisorySource {
  readonly tool: { readonly name: string; readonly version: string };
  readonly database: { readonly name: string; readonly date: string; readonly entries?: number };
  readonly advisoriesFor: (packages: readonly ShippedPackage[]) => Promise<readonly Advisory[]>;
}

/** A package with well-known holes: a source that does not know them knows nothing (GHSA-p6mc-m468-83gw and others). */
export const knownBad: ShippedPackage = { name: 'lodash', version: '4.17.4' };
