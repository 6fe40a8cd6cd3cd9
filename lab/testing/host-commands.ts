import type { GuestLine, TransportCommands } from './contracts/transport-contract.ts';

/** A word for this machine's shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const script = (code: string, ...values: readonly (string | number)[]): GuestLine => ({
  line: [
    quoted(process.execPath),
    '--eval',
    quoted(code),
    '--',
    ...values.map((value) => quoted(Buffer.from(String(value)).toString('base64url'))),
  ].join(' '),
  shell: 'none',
});

const FIRST = "const first = Buffer.from(process.argv[1] ?? '', 'base64url').toString();";

/** The programs of the transport suite, run by this process' own Node. */
export const hostCommands: TransportCommands = {
  echo: (text) => script(`${FIRST} process.stdout.write(first)`, text),
  stderr: (text) => script(`${FIRST} process.stderr.write(first)`, text),
  // A POSIX exit code has eight bits: the wide one goes the way the host's processes have for it.
  exit: (code) => script(`${FIRST} require('fs').writeSync(3, first)`, code),
  catStdin: { line: '/bin/cat', shell: 'none' },
  bigOutput: (sizeBytes) => script(`${FIRST} process.stdout.write('x'.repeat(Number(first)), () => process.stderr.write('y'))`, sizeBytes),
  sleep: (ms) => script(`${FIRST} process.stdout.write('ready\\n'); setTimeout(() => {}, Number(first))`, ms),
  environment: (name) => script(`${FIRST} process.stdout.write(process.env[first] ?? '')`, name),
  directory: script('process.stdout.write(process.cwd())'),
};
