import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeProblem } from '../core/program-error.ts';

// 0mf3k2a9x4b1.json
const PLAN_FILE = /^([0-9a-z]{12})\.json$/;

/** Where the plan of an operation is kept until it has ended. */
export const operationPlan = (folder: string, operation: string): string => path.join(operationsFolder(folder), `${operation}.json`);

/** The operations whose plans are kept, the oldest first. Those may be unfinished. */
export async function keptOperations(folder: string): Promise<readonly string[]> {
  const names = await readdir(operationsFolder(folder)).catch(() => []);
  return names.flatMap((name) => PLAN_FILE.exec(name)?.[1] ?? []).toSorted();
}

/** Makes the folder for plans, and removes what a killed program could not finish there. Only the holder of the operation lock may. */
export async function prepareOperations(folder: string): Promise<void> {
  const operations = operationsFolder(folder);
  try {
    await mkdir(operations, { recursive: true, mode: 0o700 });
    for (const name of await readdir(operations)) if (name.endsWith('.tmp')) await rm(path.join(operations, name), { force: true });
  } catch (error) {
    throw writeProblem(error, operations);
  }
}

/** Forgets the plan of an operation that has ended. */
export const forgetPlan = async (folder: string, operation: string): Promise<void> => rm(operationPlan(folder, operation), { force: true });

const operationsFolder = (folder: string): string => path.join(folder, 'operations');
