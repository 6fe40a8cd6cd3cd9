import type { Plan } from '../contract/plan.ts';
import { existingFiles } from './existing-files.ts';
import type { FoundLibrary } from './find-library.ts';
import { type Folders, type Place, makePlan, placeByName } from './make-plan.ts';

/** What a plan depends on beside the files. */
export interface PlanOptions {
  /** Where each file belongs; what its name alone tells when absent. */
  readonly place?: Place;
  readonly now?: () => Date;
}

/** Plans where the files that were found belong, with a look at what is at the destination already. Reads only. */
export async function planLibrary(found: FoundLibrary, folders: Folders, options: PlanOptions = {}): Promise<Plan> {
  const { place = placeByName, now = () => new Date() } = options;
  const { moves, stays } = await makePlan(found.files, folders, existingFiles(folders.destination), place);
  return { $schema: 'plan.v1.json', madeAt: now().toISOString(), ...folders, moves: [...moves], stays: [...stays] };
}
