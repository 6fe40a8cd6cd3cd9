import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ProgramError } from '../core/program-error.ts';
import { type NativePart, type PartName, partPackages } from './native-part.ts';

const require = createRequire(import.meta.url);

/**
 * Gives a native part out of `node_modules`. In the executable `part-source.embedded.ts` stands in this module's place: what the two do differently is
 * all that differs between a development tree and the executable.
 */
export function readPart(name: PartName): NativePart {
  const about = partPackages[name];
  try {
    const folder = path.dirname(require.resolve(`${about.package}/package.json`));
    const location = path.join(folder, about.fileHere());
    const bytes = readFileSync(location);
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
    return {
      name,
      kind: about.kind,
      package: about.package,
      version,
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      origin: 'package',
      location,
    };
  } catch (error) {
    throw new ProgramError('part-missing', `The native part ${name} cannot be read from the package ${about.package}`, error);
  }
}
