import path from 'node:path';
import type { LicencePolicy } from '../../../core/scan-policy.ts';
import type { ScanFinding, Scanner } from '../../../core/scan.ts';
import { validate } from '../../../core/validate.ts';
import { readPlainFile } from '../../../host/plain-file.ts';
import { type ThirdPartyLicences, thirdPartyLicencesFormat } from '../../bundle/third-party-licences.ts';
import { notRun } from '../not-run.ts';
import { ownTool } from '../own-tool.ts';
import { scanFindingOf } from '../scan-finding.ts';
import { judgeLicence } from './judge-licence.ts';

const LIST = 'THIRD_PARTY_LICENSES.json';
const MOST_BYTES = 16 << 20;

/** Holds the licence of everything in the executable against the policy, and looks whether its text is there. */
export const licences: Scanner = {
  id: 'licences',
  title: 'Licences',
  question: 'May everything that is inside be shipped, and does its licence text ship with it?',
  scan: async ({ bundle, manifest, config, labVersion, today }) => {
    const policy = config.policy.licences;
    if (policy === undefined)
      return notRun('lab.config.json has no policy.licences', 'Say in policy.licences which licences a release may contain.');
    const text = (await readPlainFile(path.join(bundle, LIST), MOST_BYTES)).toString('utf8');
    const list = validate(thirdPartyLicencesFormat, JSON.parse(text), LIST);
    const sizes = new Map(manifest.files.map((file) => [file.path, file.sizeBytes]));
    const [first, ...more] = list.components.flatMap((component) => findingsOf(component, sizes, policy, today));
    return {
      tool: ownTool(labVersion),
      looked: { files: list.components.length, bytes: text.length },
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};

type Licenced = ThirdPartyLicences['components'][number];

function findingsOf(component: Licenced, sizes: ReadonlyMap<string, number>, policy: LicencePolicy, today: string): readonly ScanFinding[] {
  const { name, version, purl, licence, texts } = component;
  const where = { path: LIST, part: purl };
  const findings: ScanFinding[] = texts
    .filter((file) => !((sizes.get(file) ?? 0) > 0))
    .map((file) =>
      scanFindingOf(
        'licences.text-missing',
        'error',
        `the licence text of ${name} ${version} is not in the bundle (${file})`,
        'A text that a component brings has to ship with it; build the bundle anew.',
        where,
      ),
    );
  const judged = judgeLicence(licence, policy);
  if (judged.kind === 'allowed') return findings;
  const exception = policy.exceptions.find((candidate) => candidate.purl === purl || candidate.purl === purl.replace(/@[^@/]*$/, ''));
  if (exception !== undefined && exception.expires >= today) {
    const message = `${name} ${version} is under ${licence}, which ${exception.owner} accepts until ${exception.expires}: ${exception.reason}`;
    return [...findings, scanFindingOf('licences.excepted', 'note', message, 'Look at it again before that day.', where, licence)];
  }
  const late = exception === undefined ? '' : `; the exception held until ${exception.expires}`;
  return [
    ...findings,
    scanFindingOf(
      `licences.${judged.kind}`,
      'error',
      `${name} ${version} is under ${licence}: ${judged.why}${late}`,
      'Use another component, allow the licence in policy.licences.allow, or have somebody answer for it in policy.licences.exceptions.',
      where,
      licence,
    ),
  ];
}
