import { peSections } from '../pe-section.ts';
import { resourceEntries } from '../resource-entries.ts';
import { readBun } from './bun.ts';
import { BLOB_NAME, readNodeSea } from './node-sea.ts';
import type { PackagedContent } from './packager.ts';

/** What is inside an executable, whoever packaged it; `undefined` when nobody that the lab knows did. Throws for one that is damaged. */
export function readPackaged(file: Uint8Array): PackagedContent | undefined {
  if (peSections(file).some(({ name }) => name === '.bun')) return readBun(file);
  return resourceEntries(file).some(({ id }) => id === BLOB_NAME) ? readNodeSea(file) : undefined;
}
