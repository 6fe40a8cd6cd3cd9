import path from 'node:path';
import type { EvidenceSink } from '../../core/check.ts';
import type { Evidence } from '../../core/event.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { Masker } from '../../core/secret.ts';
import { exists, writeFileAtomic } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';

/** One piece of evidence may not be larger; what a guest prints is bounded long before. */
const MOST_EVIDENCE_BYTES = 64 << 20;

/** The evidence of one cell. `kept` grows as the check adds to it. */
export interface CellEvidence extends EvidenceSink {
  readonly kept: readonly Evidence[];
}

/** Keeps evidence in `<run>/evidence`, each file under the SHA-256 of its content. The same content is kept once. Text is masked first. */
export function cellEvidence(runFolder: LocalPath, masker: Masker): CellEvidence {
  const kept: Evidence[] = [];
  return {
    kept,
    add: async (title, mediaType, content) => {
      const bytes = Buffer.from(typeof content === 'string' ? masker.mask(content) : content);
      if (bytes.length > MOST_EVIDENCE_BYTES)
        throw new RangeError(`evidence ${JSON.stringify(title)} has ${bytes.length} bytes, more than ${MOST_EVIDENCE_BYTES}`);
      const sha256 = sha256Of(bytes);
      const file = path.join(runFolder, 'evidence', sha256);
      if (!(await exists(file))) await writeFileAtomic(file, bytes);
      if (!kept.some((evidence) => evidence.sha256 === sha256)) kept.push({ sha256, title, mediaType, sizeBytes: bytes.length });
      return sha256;
    },
  };
}
