import { readFileSync, readdirSync } from 'node:fs';

/** One message and its answer, as they went over the wire once sealing was taken off. */
export interface RecordedExchange {
  /** What the client was doing, where its message is not on record. */
  readonly operation?: 'Create' | 'Receive' | 'Get';
  readonly request: string | null;
  readonly response: string;
  readonly httpStatus: number;
}

/** A conversation of a client with a WinRM service that was recorded by its authors; see LICENCES.md. */
export interface Recording {
  /** Name of its file without the ending. */
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly licence: string;
  /** What was changed or left out. */
  readonly note?: string;
  readonly exchanges: readonly RecordedExchange[];
}

const FOLDER = new URL('exchanges/', import.meta.url);

/** All recordings, by name. */
export const recordings: readonly Recording[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .toSorted()
  .map((file) => ({
    ...(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Omit<Recording, 'name'>),
    name: file.slice(0, -'.json'.length),
  }));
