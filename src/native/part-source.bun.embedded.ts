import { readFileSync } from 'node:fs';
import path from 'node:path';
import { embeddedPart } from './embedded-part.ts';
import type { NativePart, PartName } from './native-part.ts';

/** Gives a native part out of an executable that Bun was made into: there parts are files in a folder of its own that also holds the program. */
export const readPart = (name: PartName): NativePart => embeddedPart(name, (file) => readFileSync(path.join(__dirname, file)));
