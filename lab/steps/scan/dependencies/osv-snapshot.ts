import { text } from 'node:stream/consumers';
import { type Entry, openPromise } from 'yauzl';
import type { Call } from '../../../core/call.ts';
import type { LocalPath } from '../../../core/ids.ts';
import { readPlainFile } from '../../../host/plain-file.ts';
import type { AdvisorySource } from './advisory-source.ts';
import { type OsvRecord, advisoriesFor, osvRecord } from './osv.ts';

const MOST_RECORDS = 1_000_000;
const MOST_RECORD_BYTES = 4 << 20;
const MOST_FILE_BYTES = 512 << 20;

/**
 * Reads a snapshot of OSV advisories: a zip with one JSON file for each (as osv.dev hands out for an ecosystem), or one JSON array. Records that are
 * none are left out; a snapshot without a single one is an error.
 */
export async function osvSnapshot(file: LocalPath, call: Call): Promise<AdvisorySource> {
  const records: OsvRecord[] = [];
  const take = (json: unknown): void => {
    const parsed = osvRecord.safeParse(json);
    // Only what is about npm packages can ever be asked for.
    if (parsed.success && parsed.data.affected.some((affected) => affected.package?.ecosystem === 'npm')) records.push(parsed.data);
  };
  if (file.endsWith('.zip')) for await (const record of zippedRecords(file, call)) take(record);
  else {
    const json: unknown = JSON.parse((await readPlainFile(file, MOST_FILE_BYTES)).toString('utf8'));
    if (!Array.isArray(json)) throw new TypeError('it is not a list of advisories');
    for (const record of json) take(record);
  }
  if (records.length === 0) throw new RangeError('it has no advisory about an npm package');
  const newest = records.reduce((latest, { modified }) => (modified > latest ? modified : latest), '');
  return {
    tool: { name: 'OSV snapshot', version: newest.slice(0, 10) },
    database: { name: 'OSV advisories about npm packages', date: newest.slice(0, 10), entries: records.length },
    advisoriesFor: async (packages) => packages.flatMap((one) => advisoriesFor(one, records)),
  };
}

async function* zippedRecords(file: LocalPath, call: Call): AsyncGenerator {
  const zip = await openPromise(file, { autoClose: false });
  try {
    let count = 0;
    for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
      call.signal.throwIfAborted();
      if (!entry.fileName.endsWith('.json') || entry.uncompressedSize > MOST_RECORD_BYTES) continue;
      if (++count > MOST_RECORDS) throw new RangeError(`it has more than ${MOST_RECORDS} advisories`);
      yield JSON.parse(await text(await zip.openReadStreamPromise(entry)));
    }
  } finally {
    zip.close();
  }
}
