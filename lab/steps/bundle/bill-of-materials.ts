import { createHash } from 'node:crypto';
import { Contrib, Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { LabError } from '../../core/error.ts';
import type { BuiltExecutable, Component } from '../build/built-executable.ts';
import { isLicenceExpression } from './licence-expression.ts';
import type { BundleRequest } from './make-bundle.ts';

/** What the bill of materials is about. */
export interface BillSubject {
  readonly product: BundleRequest['product'];
  readonly version: string;
  /** SPDX expression of the product's own licence. */
  readonly licence: string;
  /** When the commit was made, as an ISO 8601 instant; absent leaves the bill without a date. */
  readonly commitTime?: string;
  readonly built: BuiltExecutable;
}

/** Longest list of problems shown. */
const MOST_PROBLEMS = 8;

/**
 * `SBOM.json`: a CycloneDX 1.7 document of exactly what is inside the executable. The product is the root, with the executable's digest; each
 * component carries its purl and licence, the runtime and native parts also their files' digests.
 *
 * The same subject gives the same text: the serial number comes from the content, the order does not depend on a locale, and there is no clock.
 */
export function billOfMaterials(subject: BillSubject): string {
  const { product, version, built } = subject;
  const root = new Models.Component(Enums.ComponentType.Application, product.name, {
    bomRef: purlOf(product.name, version),
    version,
    purl: purlOf(product.name, version),
    description: product.displayName,
    publisher: product.publisher,
    copyright: product.copyright,
    hashes: sha256Hash(built.sha256),
    licenses: licenceOf(subject.licence),
  });
  const bom = new Models.Bom({
    serialNumber: serialNumberOf(subject),
    metadata: new Models.Metadata({
      component: root,
      ...(subject.commitTime === undefined ? {} : { timestamp: new Date(subject.commitTime) }),
    }),
  });
  for (const component of built.components) {
    const part = partOf(component);
    bom.components.add(part);
    root.dependencies.add(part.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot7));
  // The library sorts by the locale's rules; components come sorted by code point and keep that order.
  return `${serializer.serialize(bom, { sortLists: false, space: 2 })}\n`;
}

/** Checks a bill of materials against the strict CycloneDX 1.7 schema; `bundle.sbom-invalid` says what is wrong. Takes about a second. */
export async function validateBillOfMaterials(text: string): Promise<void> {
  const error = await new Validation.JsonStrictValidator(Spec.Version.v1dot7).validate(text);
  if (error === null) return;
  const found: unknown[] = Array.isArray(error) ? error : [error];
  const problems = found.slice(0, MOST_PROBLEMS).map((problem) => {
    const { instancePath, message } = problem as { instancePath?: string; message?: string };
    return `${instancePath || '/'} ${message ?? JSON.stringify(problem)}`;
  });
  throw LabError.of('bundle.sbom-invalid', { problems: problems.join('; ') });
}

function partOf(component: Component): Models.Component {
  const { kind, name, version, purl, licence, files = [] } = component;
  // The JavaScript and the machine code of one package are two components with one purl.
  const bomRef = `${kind}:${purl}`;
  const only = files.length === 1 ? files[0] : undefined;
  return new Models.Component(componentType(kind), name, {
    bomRef,
    version,
    purl,
    licenses: licenceOf(licence),
    ...(only ? { hashes: sha256Hash(only.sha256) } : {}),
    components: new Models.ComponentRepository(
      files.map(
        (file) =>
          new Models.Component(Enums.ComponentType.File, file.name, { bomRef: `${bomRef}#${file.name}`, hashes: sha256Hash(file.sha256) }),
      ),
    ),
  });
}

function componentType(kind: Component['kind']): Enums.ComponentType {
  switch (kind) {
    case 'runtime':
      return Enums.ComponentType.Platform;
    case 'library':
    case 'native':
      return Enums.ComponentType.Library;
  }
}

function licenceOf(expression: string): Models.LicenseRepository {
  const factory = new Contrib.License.Factories.LicenseFactory((text) => {
    if (!isLicenceExpression(text)) throw new RangeError(`${text} is not an SPDX expression`);
  });
  return new Models.LicenseRepository([factory.makeFromString(expression)]);
}

const sha256Hash = (sha256: string): Models.HashDictionary => new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], sha256]]);

const purlOf = (name: string, version: string): string => `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(version)}`;

/** A version 8 UUID (RFC 9562, section 5.8) made of the digest of what the bill lists. */
function serialNumberOf({ product, version, built }: BillSubject): string {
  const listed = built.components.flatMap(({ kind, purl, files = [] }) => [
    `${kind} ${purl}`,
    ...files.map(({ name, sha256 }) => `${sha256} ${name}`),
  ]);
  const bytes = createHash('sha256')
    .update([product.name, version, built.sha256, ...listed].join('\n'))
    .digest();
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
