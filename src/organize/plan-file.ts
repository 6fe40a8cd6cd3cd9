import { type Plan, plan as planFormat } from '../contract/plan.ts';
import { writeFileAtomic } from '../core/write-file-atomic.ts';

/** Writes a plan so that readers see all of it or nothing. */
export async function writePlan(file: string, plan: Plan): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(planFormat.parse(plan), null, 2)}\n`);
}
