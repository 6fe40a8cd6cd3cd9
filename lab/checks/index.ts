import type { AnyCheck } from '../core/check.ts';
import type { Format } from '../core/formats.ts';
import { benchmark } from './benchmark/check.ts';
import { cleanInstall } from './clean-install/check.ts';
import { smartScreen } from './smartscreen/check.ts';

/** Every check there is, in the order a guest is asked. */
export const checks: readonly AnyCheck[] = [cleanInstall, smartScreen, benchmark];

/** The formats of the facts, one a check. */
export const factsFormats: readonly Format[] = checks.map((check) => ({
  file: `facts/${check.id}.v1.json`,
  title: `Facts of ${check.id}`,
  schema: check.facts,
}));
