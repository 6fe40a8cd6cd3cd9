import { getRawAsset } from 'node:sea';
import { embeddedPart } from './embedded-part.ts';
import type { NativePart, PartName } from './native-part.ts';

/** Gives a native part out of an executable that Node was made into. */
export const readPart = (name: PartName): NativePart => embeddedPart(name, (asset) => new Uint8Array(getRawAsset(asset)));
