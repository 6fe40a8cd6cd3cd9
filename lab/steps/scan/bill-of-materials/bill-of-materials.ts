import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { LabError } from '../../../core/error.ts';
import type { ScanFinding, Scanner } from '../../../core/scan.ts';
import { validate } from '../../../core/validate.ts';
import { readPlainFile } from '../../../host/plain-file.ts';
import { validateBillOfMaterials } from '../../bundle/bill-of-materials.ts';
import { thirdPartyLicencesFormat } from '../../bundle/third-party-licences.ts';
import { executableProgram } from '../executable-program.ts';
import { ownTool } from '../own-tool.ts';
import { scanFindingOf } from '../scan-finding.ts';

const BILL = 'SBOM.json';
const LICENCES = 'THIRD_PARTY_LICENSES.json';
const MOST_BYTES = 64 << 20;
const FIX = 'Build the bundle anew; a bill that does not fit what ships misleads whoever looks for a vulnerable component.';

/** What is read of a CycloneDX document; the strict schema has been held against it before. */
const hashes = z.array(z.object({ alg: z.string(), content: z.string() })).default([]);
const component = z.object({
  'bom-ref': z.string(),
  type: z.string(),
  name: z.string(),
  version: z.string().optional(),
  purl: z.string().optional(),
  hashes,
  licenses: z.array(z.unknown()).default([]),
  components: z.array(z.object({ type: z.string(), name: z.string(), hashes })).default([]),
});
const bill = z.object({
  specVersion: z.string(),
  metadata: z.object({ component }),
  components: z.array(component).default([]),
});
type BillComponent = z.infer<typeof component>;

/** Holds the bill of materials against the bundle it came with and against what is really inside the executable. */
export const billOfMaterialsScan: Scanner = {
  id: 'bill-of-materials',
  title: 'Bill of materials',
  question: 'Does SBOM.json say exactly what is inside the executable?',
  basis: async ({ manifest }) => manifest,
  scan: async ({ bundle, manifest, executable, labVersion }) => {
    const text = (await readPlainFile(path.join(bundle, BILL), MOST_BYTES)).toString('utf8');
    const findings: ScanFinding[] = [];
    const say = (code: string, message: string, part?: string): void => {
      findings.push(
        scanFindingOf(`bill-of-materials.${code}`, 'error', message, FIX, { path: BILL, ...(part === undefined ? {} : { part }) }),
      );
    };
    try {
      await validateBillOfMaterials(text);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      say('invalid', error.message);
    }
    const parsed = bill.safeParse(JSON.parse(text));
    if (parsed.success) {
      const { metadata, components, specVersion } = parsed.data;
      // The schema of a version does not demand that the document is of it.
      if (specVersion !== '1.7') say('invalid', `it is CycloneDX ${specVersion} and not 1.7`);
      const root = metadata.component;
      const wanted = manifest.files.find(({ path: file }) => file === manifest.product.executable)?.sha256;
      if (sha256Of(root) !== wanted)
        say('executable', `it is about another executable (${sha256Of(root) ?? 'no digest'}) than the bundle’s (${wanted})`);
      if (root.version !== manifest.product.version)
        say('version', `it says ${root.version ?? 'no version'}, the bundle ${manifest.product.version}`);
      for (const one of components) for (const message of gapsOf(one)) say('component', message, one.purl ?? one.name);
      if (!components.some(({ type }) => type === 'platform')) say('runtime', 'the runtime is not among the components');
      const refs = components.map((one) => one['bom-ref']);
      for (const ref of new Set(refs.filter((candidate, index) => refs.indexOf(candidate) !== index)))
        say('twice', `${ref} is listed twice`);

      const licences = validate(
        thirdPartyLicencesFormat,
        JSON.parse((await readPlainFile(path.join(bundle, LICENCES), MOST_BYTES)).toString('utf8')),
        LICENCES,
      );
      const listed = new Set(components.map(({ purl }) => purl));
      const licenced = new Set(licences.components.map(({ purl }) => purl));
      for (const purl of licenced) if (!listed.has(purl)) say('licences', `${purl} has its licence in ${LICENCES} and is not listed`);
      for (const purl of listed)
        if (purl !== undefined && !licenced.has(purl)) say('licences', `${purl} is listed and has no licence in ${LICENCES}`);

      const inside = await executableProgram(executable);
      if (inside !== undefined) {
        const files = new Map(components.flatMap((one) => filesOf(one)));
        for (const [name, bytes] of inside.assets) {
          const digest = createHash('sha256').update(bytes).digest('hex');
          if (!files.has(name)) say('asset', `${name} is inside the executable and not listed`, name);
          else if (files.get(name) !== digest)
            say('asset', `${name} inside the executable is another (${digest}) than the one listed`, name);
        }
      }
    }
    const [first, ...more] = findings;
    return {
      tool: ownTool(labVersion),
      looked: { files: 1, bytes: text.length },
      outcome: first === undefined ? { kind: 'clean' } : { kind: 'findings', findings: [first, ...more] },
    };
  },
};

const sha256Of = ({ hashes: known }: Pick<BillComponent, 'hashes'>): string | undefined =>
  known.find(({ alg }) => alg === 'SHA-256')?.content;

/** What a component has to say of itself and does not. */
function gapsOf(one: BillComponent): readonly string[] {
  const gaps = [
    ...(one.purl === undefined ? ['package URL'] : []),
    ...(one.version === undefined || one.version === '' ? ['version'] : []),
    ...(one.licenses.length === 0 ? ['licence'] : []),
    ...(one.type === 'platform' && filesOf(one).length === 0 ? ['digest'] : []),
  ];
  return gaps.length === 0 ? [] : [`${one.name} has no ${gaps.join(' and no ')}`];
}

/** Name and digest of each file of a component. */
const filesOf = (one: BillComponent): readonly (readonly [string, string])[] =>
  one.components.flatMap((file): readonly (readonly [string, string])[] => {
    const digest = sha256Of(file);
    return digest === undefined ? [] : [[file.name, digest]];
  });
