import path from 'node:path';
import type { Call } from '../../core/call.ts';
import { LabError, toErrorData } from '../../core/error.ts';
import type { ErrorData } from '../../core/error.ts';
import type { JournalLine } from '../../core/event.ts';
import type { LocalPath, Sha256 } from '../../core/ids.ts';
import type { Plan } from '../../core/plan.ts';
import { type RunRecord, foldRecord } from '../../core/record.ts';
import type { Reporter } from '../../core/reporter.ts';
import type { Masker } from '../../core/secret.ts';
import { filesBelow, readBytesIfThere, writeFileAtomic } from '../../host/files.ts';
import { sha256Of } from '../../host/hash.ts';

export interface FinishParts {
  readonly runFolder: LocalPath;
  readonly plan: Plan;
  readonly journal: readonly JournalLine[];
  readonly reporters: readonly Reporter[];
  readonly masker: Masker;
  /** Signs what the folder holds. Called last. */
  readonly seal: (call: Call) => Promise<void>;
}

/** A run that is over and on the disk. */
export interface FinishedFolder {
  readonly record: RunRecord;
  /** Reporters that failed at the end, when the journal was closed already: their files are missing. */
  readonly reporterFailures: readonly { readonly reporter: string; readonly error: ErrorData }[];
}

/** The text of `record.json`. */
export const recordText = (record: RunRecord): string => `${JSON.stringify(record, undefined, 2)}\n`;

/**
 * Turns a finished journal into what people and machines read: `record.json`, the reporters' files, and over all of it the seal.
 * The folder is searched for secrets first; one that is found anywhere means no seal.
 */
export async function finishRun(parts: FinishParts, call: Call): Promise<FinishedFolder> {
  const { runFolder, plan, journal, masker } = parts;
  const record = foldRecord(plan, journal);
  const text = masker.mask(recordText(record));
  await writeFileAtomic(path.join(runFolder, 'record.json'), text);
  const readEvidence = (sha256: Sha256): Promise<Uint8Array | undefined> => readBytesIfThere(path.join(runFolder, 'evidence', sha256));
  const reporterFailures: { reporter: string; error: ErrorData }[] = [];
  for (const reporter of parts.reporters) {
    try {
      const files = (await reporter.finish?.({ record, plan, journal, recordSha256: sha256Of(text), readEvidence }, call)) ?? [];
      for (const file of files) {
        const content = typeof file.content === 'string' ? masker.mask(file.content) : file.content;
        await writeFileAtomic(path.join(runFolder, file.fileName), content);
      }
    } catch (error) {
      reporterFailures.push({ reporter: reporter.name, error: toErrorData(error) });
    }
  }
  await refuseSecrets(runFolder, masker);
  await parts.seal(call);
  return { record, reporterFailures };
}

async function refuseSecrets(folder: string, masker: Masker): Promise<void> {
  for (const file of await filesBelow(folder)) {
    const bytes = await readBytesIfThere(path.join(folder, file));
    if (bytes && masker.findsIn(bytes)) throw LabError.of('run.secret-in-folder', { file });
  }
}
