/** Looks at a stream as it passes: whether it held a text, and what its last line was. Keeps no more than a few KiB. */
export interface OutputWatch {
  readonly add: (bytes: Buffer) => void;
  readonly found: () => boolean;
  /** The last line that is not empty, without its end; what is over 4 KiB as JSON is cut off. */
  readonly lastLine: () => string;
}

const TAIL_BYTES = 8192;
const MOST_LINE_BYTES = 4096;

/** Watches for `expected`, also where it is spread over several chunks. */
export function outputWatch(expected: string): OutputWatch {
  const needle = Buffer.from(expected);
  let overlap = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let seen = false;
  return {
    add: (bytes) => {
      if (!seen) {
        const joined = Buffer.concat([overlap, bytes]);
        seen = joined.includes(needle);
        overlap = joined.subarray(Math.max(0, joined.length - needle.length + 1));
      }
      tail = Buffer.concat([tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    },
    found: () => seen,
    lastLine: () => {
      const text = tail.toString('utf8').trimEnd();
      let line = text.slice(text.lastIndexOf('\n') + 1).slice(0, MOST_LINE_BYTES);
      while (Buffer.byteLength(JSON.stringify(line)) > MOST_LINE_BYTES) line = line.slice(0, Math.floor(line.length / 2));
      return line;
    },
  };
}
