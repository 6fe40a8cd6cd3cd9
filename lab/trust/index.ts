import type { Format } from '../core/formats.ts';
import { sealFile } from './envelope.ts';
import { sealStatement } from './statement.ts';

/** The formats of this room. */
export const trustFormats: readonly Format[] = [
  { file: 'seal.v1.json', title: 'Seal of a run', schema: sealFile },
  { file: 'seal-statement.v1.json', title: 'What a seal says', schema: sealStatement },
];
