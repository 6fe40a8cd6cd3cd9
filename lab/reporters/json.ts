import type { Reporter } from '../core/reporter.ts';
import type { TextSink } from './text-sink.ts';

/** Writes the journal's lines as NDJSON while they happen, and nothing else: what `--json` prints. The last line is `run-finished`. */
export const jsonReporter = ({ stream }: { readonly stream: TextSink }): Reporter => ({
  name: 'json',
  on: (line) => void stream.write(`${JSON.stringify(line)}\n`),
});
