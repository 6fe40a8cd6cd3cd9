import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { patientCall } from '../../../testing/build-rig.ts';
import { scanRig } from '../../../testing/scan-rig.ts';
import { billOfMaterialsScan } from './bill-of-materials.ts';

interface Bill {
  metadata: { component: { version: string; hashes: { content: string }[] } };
  components: {
    'bom-ref': string;
    type: string;
    name: string;
    version?: string;
    purl?: string;
    licenses?: unknown[];
    components?: { name: string; hashes: { content: string }[] }[];
  }[];
  specVersion?: string;
}

t.test('the bill of a bundle fits it, and each way in which it does not is found', async (t) => {
  const subject = await scanRig(t);
  const file = path.join(subject.bundle, 'SBOM.json');
  const original = readFileSync(file, 'utf8');
  const scan = async (): Promise<readonly string[]> => {
    const { outcome } = await billOfMaterialsScan.scan(subject, patientCall);
    if (outcome.kind === 'clean') return [];
    if (outcome.kind !== 'findings') return [outcome.reason];
    return outcome.findings.map(({ code, message }) => `${code.replace('bill-of-materials.', '')}: ${message}`);
  };
  t.same(await scan(), []);

  const native = (bill: Bill) => bill.components.find(({ type, components }) => type === 'library' && (components?.length ?? 0) > 0);
  const cases: readonly (readonly [string, (bill: Bill) => void, RegExp])[] = [
    ['another executable', (bill) => (bill.metadata.component.hashes[0]!.content = '0'.repeat(64)), /^executable: it is about another/],
    ['another version', (bill) => (bill.metadata.component.version = '9.9.9'), /^version: it says 9\.9\.9/],
    [
      'a component too few',
      (bill) => (bill.components = bill.components.filter(({ name }) => name !== 'library')),
      /^licences: pkg:npm\/library@1\.2\.3 has its licence/,
    ],
    [
      'a component too many',
      (bill) =>
        bill.components.push({
          'bom-ref': 'x',
          type: 'library',
          name: 'x',
          version: '1',
          purl: 'pkg:npm/x@1',
          licenses: [{ license: { id: 'MIT' } }],
        }),
      /^licences: pkg:npm\/x@1 is listed and has no licence/,
    ],
    ['no runtime', (bill) => (bill.components = bill.components.filter(({ type }) => type !== 'platform')), /^runtime: /m],
    ['a component without a licence', (bill) => delete bill.components[0]!.licenses, /^component: node has no licence/],
    ['a component without a version', (bill) => delete bill.components[1]!.version, /^component: \S+ has no version/],
    [
      'another native part',
      (bill) => (native(bill)!.components![0]!.hashes[0]!.content = '1'.repeat(64)),
      /^asset: part\.node inside the executable is another/,
    ],
    ['an unlisted native part', (bill) => (native(bill)!.components = []), /^asset: part\.node is inside the executable and not listed/],
    ['one listed twice', (bill) => bill.components.push(structuredClone(bill.components[0]!)), /^twice: /m],
    ['no CycloneDX at all', (bill) => (bill.specVersion = '0.1'), /^invalid: /],
  ];
  for (const [what, change, message] of cases) {
    const bill = JSON.parse(original) as Bill;
    change(bill);
    writeFileSync(file, JSON.stringify(bill));
    t.match((await scan()).join('\n'), message, what);
  }
});
