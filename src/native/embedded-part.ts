import { createHash } from 'node:crypto';
import { buildInfo } from '../core/build-info.ts';
import { ProgramError } from '../core/program-error.ts';
import { type NativePart, type PartName, partPackages } from './native-part.ts';

/** Gives a native part out of the executable itself, by the packager's own way of reading it; the bytes must have the digest that the build wrote down. */
export function embeddedPart(name: PartName, read: (name: PartName) => Uint8Array<ArrayBuffer>): NativePart {
  const about = buildInfo.nativeParts.find((part) => part.name === name);
  if (about === undefined) throw new ProgramError('part-missing', `The native part ${name} is not in this executable`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = read(name);
  } catch (error) {
    throw new ProgramError('part-missing', `The native part ${name} is not in this executable`, error);
  }
  if (createHash('sha256').update(bytes).digest('hex') !== about.sha256) {
    throw new ProgramError('part-changed', `The native part ${name} inside this executable is not the one it was built with`);
  }
  const { kind } = partPackages[name];
  return { name, kind, package: about.package, version: about.version, bytes, sha256: about.sha256, origin: 'embedded', location: name };
}
