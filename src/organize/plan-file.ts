import { open } from 'node:fs/promises';
import { type Plan, plan as planFormat } from '../contract/plan.ts';
import { ProgramError } from '../core/program-error.ts';
import { writeFileAtomic } from '../core/write-file-atomic.ts';
import { planDigest } from './plan-digest.ts';
import { unsafePath } from './plan-paths.ts';

/** A plan of a million files is smaller. */
const MOST_BYTES = 512 * 2 ** 20;

/** Writes a plan so that readers see all of it or nothing. */
export async function writePlan(file: string, plan: Plan): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(planFormat.parse(plan), null, 2)}\n`);
}

/**
 * Reads a plan file, which may come from anywhere. What it gives is whole, unchanged since it was written, and names no path outside its own source and
 * destination. Throws `plan-unreadable`, `plan-foreign`, `plan-damaged` or `plan-unsafe`.
 */
export async function readPlan(file: string): Promise<Plan> {
  let content: unknown;
  try {
    // Editors on Windows put a mark at the start of a file.
    content = JSON.parse((await readText(file)).replace(/^\uFEFF/, ''));
  } catch (error) {
    if (error instanceof ProgramError) throw error;
    throw new ProgramError('plan-damaged', `${file} is no JSON, or only a part of it`, error);
  }
  const format = (content as { readonly $schema?: unknown } | null)?.$schema;
  if (format !== 'plan.v1.json') {
    const said = typeof format === 'string' ? `says it is ${JSON.stringify(format.slice(0, 80))}` : 'does not say that it is a plan';
    throw new ProgramError('plan-foreign', `${file} ${said}; this program reads plan.v1.json`);
  }
  const checked = planFormat.safeParse(content);
  if (!checked.success) {
    const { path: where, message } = checked.error.issues[0] ?? { path: [], message: '' };
    throw new ProgramError('plan-damaged', `${file} is not right at ${where.map(String).join('.') || 'its root'}: ${message}`);
  }
  const unsafe = unsafePath(checked.data);
  if (unsafe !== undefined) throw new ProgramError('plan-unsafe', `${file} is no plan to carry out: ${unsafe}`);
  if (planDigest(checked.data) !== checked.data.digest) {
    throw new ProgramError('plan-damaged', `${file} was changed after it was written: its digest is another one`);
  }
  return checked.data;
}

async function readText(file: string): Promise<string> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size > MOST_BYTES) throw new ProgramError('plan-damaged', `${file} is far too large for a plan`);
    return await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof ProgramError) throw error;
    throw new ProgramError('plan-unreadable', `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`, error);
  }
}
