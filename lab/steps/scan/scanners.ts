import type { Scanner } from '../../core/scan.ts';
import { executableLint } from './executable-lint/executable-lint.ts';

/** The one list of scanners, in the order of reports: a new one is its folder and a line here. */
export const scanners: readonly Scanner[] = [executableLint];
