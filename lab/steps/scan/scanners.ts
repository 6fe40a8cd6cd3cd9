import type { Scanner } from '../../core/scan.ts';
import { billOfMaterialsScan } from './bill-of-materials/bill-of-materials.ts';
import { dependencies } from './dependencies/dependencies.ts';
import { executableLint } from './executable-lint/executable-lint.ts';
import { licences } from './licences/licences.ts';
import { malware } from './malware/malware.ts';
import { secretsInHistory } from './secrets-in-history/secrets-in-history.ts';
import { secretsSecondOpinion } from './secrets-second-opinion/secrets-second-opinion.ts';
import { secrets } from './secrets/secrets.ts';
import { staticAnalysis } from './static-analysis/static-analysis.ts';

/** The one list of scanners, in the order of reports: a new one is its folder and a line here. */
export const scanners: readonly Scanner[] = [
  executableLint,
  billOfMaterialsScan,
  licences,
  secrets,
  secretsInHistory,
  secretsSecondOpinion,
  staticAnalysis,
  dependencies,
  malware,
];
