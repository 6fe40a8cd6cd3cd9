import type { Scanner } from '../../core/scan.ts';
import { executableLint } from './executable-lint/executable-lint.ts';
import type { ScanSettings } from './scan-settings.ts';

/** The one list of scanners: a new one is its folder and a line here. */
const makers: readonly ((settings: ScanSettings) => Scanner)[] = [executableLint];

/** Every scanner, in the order of reports. */
export const scannersFor = (settings: ScanSettings): readonly Scanner[] => makers.map((make) => make(settings));
