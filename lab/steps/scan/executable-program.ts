import * as PE from 'pe-library';
import { readPlainFile } from '../../host/plain-file.ts';
import { type SeaBlob, readSeaBlob } from '../build/sea-blob.ts';

const MOST_BYTES = 512 << 20;

/** What Node put into an executable: the program and its assets. `undefined` for an executable that another packager made. */
export async function executableProgram(file: string): Promise<SeaBlob | undefined> {
  const { entries } = PE.NtExecutableResource.from(PE.NtExecutable.from(await readPlainFile(file, MOST_BYTES), { ignoreCert: true }));
  const blob = entries.find(({ id }) => id === 'NODE_SEA_BLOB');
  return blob === undefined ? undefined : readSeaBlob(new Uint8Array(blob.bin));
}
