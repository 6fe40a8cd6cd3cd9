import { z } from 'zod';

/** What an examination of a WinRM host looks at, in the order it does, with the words for people. The names are stable: programs may rely on them. */
export const findingSubjects = {
  name: 'name',
  port: 'port',
  tls: 'TLS',
  'certificate-trust': 'certificate: trust',
  'certificate-name': 'certificate: name',
  'certificate-validity': 'certificate: validity',
  'certificate-strength': 'certificate: strength',
  http: 'HTTP',
  identity: 'identity',
  schemes: 'authentication offered',
  'clear-password': 'password in the clear',
  clock: 'clock',
  'log-in': 'log-in',
  rights: 'rights',
  configuration: 'configuration',
  encryption: 'encryption policy',
  quota: 'quota',
  command: 'command',
  'exit-code': 'exit code',
  'error-output': 'error output',
  encoding: 'UTF-8',
  input: 'standard input',
  latency: 'latency',
  curl: 'copy: curl.exe',
  pull: 'copy: pull',
  powershell: 'copy: PowerShell',
  verdict: 'verdict',
} as const;

export type FindingId = keyof typeof findingSubjects;
export const findingIds = Object.keys(findingSubjects) as readonly FindingId[] as readonly [FindingId, ...FindingId[]];

export const findingStates = ['ok', 'warning', 'failed', 'skipped'] as const;
export type FindingState = (typeof findingStates)[number];

const line = z.string().max(1000);

/** One thing that was found out about a WinRM host, as `lab winrm test --json` prints it, one a line. */
export const findingSchema = z.strictObject({
  id: z.enum(findingIds).meta({ description: 'What was looked at; the names are stable' }),
  about: line.optional().meta({ description: 'Which one, where there are several: a port, a listener, a quota' }),
  state: z
    .enum(findingStates)
    .meta({ description: 'failed: in the way; warning: works, and should be mended; skipped: could not be looked at' }),
  message: line.min(1).meta({ description: 'What was found, for people' }),
  fix: line.optional().meta({ description: 'What to do about it' }),
  commands: z.array(line).max(20).optional().meta({ description: 'Lines for an elevated PowerShell on the Windows host that do it' }),
  facts: z
    .record(z.string(), z.union([z.string().max(4000), z.number(), z.boolean()]))
    .optional()
    .meta({ description: 'The same for programs' }),
});
export type Finding = z.infer<typeof findingSchema>;

/** The format of {@link Finding}. */
export const findingFormat = { file: 'winrm-finding.v1.json', title: 'Line of `lab winrm test --json`', schema: findingSchema } as const;

/** What comes of an examination. `undecided`: nothing stands in the way as far as could be seen, and nobody logged in. */
export type ExaminationVerdict = 'usable' | 'not-usable' | 'undecided';

const MOST_SHOWN = 200;

/** Something the other side said, short enough for a message. Control characters are for whoever shows it to take out. */
export const quoted = (text: string): string => {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.length > MOST_SHOWN ? `${oneLine.slice(0, MOST_SHOWN - 1)}…` : oneLine;
};
