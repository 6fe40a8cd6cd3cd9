import path from 'node:path';
import { z } from 'zod';
import type { Call } from '../../core/call.ts';
import type { Clock } from '../../core/clock.ts';
import type { Sha256 } from '../../core/ids.ts';
import { type ScanResult, type ScanSubject, type Scanned, type Scanner, scanResult } from '../../core/scan.ts';
import { cachedFolder, findCached, pruneCached } from '../../host/cached-folder.ts';
import { readTextIfThere, removeTree, writeFileAtomic } from '../../host/files.ts';
import type { Folders } from '../../host/folders.ts';
import { sha256Of } from '../../host/hash.ts';

/** Where answers are kept, and what else decides them. */
export interface ScanReuse {
  readonly folders: Folders;
  /** Digest of the lab itself: scanners, what they share, the packages they use. */
  readonly code: Sha256;
  readonly clock: Clock;
}

const FILE = 'answer.json';
/** Of each scanner: a few branches. */
const MOST_KEPT = 5;

const keptAnswer = z.strictObject({
  // The folder's name holds only the beginning of it.
  key: z.string(),
  scannedAt: z.iso.datetime(),
  answer: scanResult.omit({ scanner: true, title: true, question: true, reused: true, durationMs: true }),
});

/** An answer, and since when it holds if it was given before. */
export type Answer = Scanned & Pick<ScanResult, 'reused'>;

/**
 * Asks a scanner, or gives the answer that it gave before when nothing that decides it has changed since. Kept are clean answers and findings; a
 * scanner that did not run, or missed its control, is asked again. An answer is kept only when what decides it is the same after the scan as before.
 */
export async function scanOrReuse(scanner: Scanner, subject: ScanSubject, reuse: ScanReuse, call: Call): Promise<Answer> {
  const key = await keyOf(scanner, subject, reuse, call);
  if (key === undefined) return await scanner.scan(subject, call);
  const wanted = { kind: `scan-${scanner.id}`, recipe: key };
  const kept = await keptUnder(key, wanted, reuse, call);
  if (kept !== undefined) return kept;
  const scannedAt = reuse.clock.now();
  const answer = await scanner.scan(subject, call);
  if (isWorthKeeping(answer) && (await keyOf(scanner, subject, reuse, call)) === key) {
    const make = async (into: string): Promise<{ readonly files: readonly string[]; readonly about: Readonly<Record<string, string>> }> => {
      await writeFileAtomic(path.join(into, FILE), JSON.stringify({ key, scannedAt, answer } satisfies z.infer<typeof keptAnswer>));
      return { files: [FILE], about: { scanner: scanner.id } };
    };
    // A cache that cannot be written costs time and nothing else.
    await cachedFolder(reuse.folders, { ...wanted, make }, call)
      .then(() => pruneCached(reuse.folders, wanted.kind, MOST_KEPT))
      .catch(() => {});
    call.signal.throwIfAborted();
  }
  return answer;
}

/** The digest of everything that decides an answer; `undefined` where not all of it can be told. */
async function keyOf(scanner: Scanner, subject: ScanSubject, { code }: ScanReuse, call: Call): Promise<Sha256 | undefined> {
  if (scanner.basis === undefined) return undefined;
  const basis = await scanner.basis(subject, call).catch(() => undefined);
  call.signal.throwIfAborted();
  if (basis === undefined) return undefined;
  const { config, signed, labVersion, projectRoot } = subject;
  return sha256Of(JSON.stringify({ scanner: scanner.id, code, basis, config, signed, labVersion, projectRoot }));
}

async function keptUnder(
  key: string,
  wanted: { readonly kind: string; readonly recipe: string },
  { folders, clock }: ScanReuse,
  call: Call,
): Promise<Answer | undefined> {
  const found = await findCached(folders, wanted).catch(() => undefined);
  call.signal.throwIfAborted();
  if (found === undefined) return undefined;
  const text = await readTextIfThere(path.join(found.folder, FILE)).catch(() => undefined);
  const parsed = keptAnswer.safeParse(jsonOf(text));
  if (parsed.success && parsed.data.key === key && isWorthKeeping(parsed.data.answer) && parsed.data.scannedAt <= clock.now())
    return { ...parsed.data.answer, reused: { scannedAt: parsed.data.scannedAt } };
  await removeTree(found.folder).catch(() => {});
  return undefined;
}

const isWorthKeeping = ({ outcome, control }: Scanned): boolean => outcome.kind !== 'not-run' && control?.caught !== false;

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
