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

/** What each of them is about, for the guide. */
export const findingQuestions: Readonly<Record<keyof typeof findingSubjects, string>> = {
  name: 'Does the name have an address here?',
  port: 'Does something listen? Refused means that the host is up and nothing does; no answer means a firewall, or no host.',
  tls: 'Does it shake hands, in TLS 1.2 or newer?',
  'certificate-trust': 'Is the certificate the pinned one, or does a trusted authority vouch for it? Shows the SHA-256 to pin.',
  'certificate-name': 'Is the certificate for the name that is used?',
  'certificate-validity': 'Is it valid today, and for another month?',
  'certificate-strength': 'Are its key and signature strong enough?',
  http: 'Does a WinRM listener answer at that path, and not a web server or a proxy?',
  identity: 'What does the service say of itself to strangers?',
  schemes: 'Does it offer a way to log in that the lab speaks?',
  'clear-password': 'Is Basic offered where everybody in between can read the password?',
  clock: 'Do the clocks agree, within five minutes?',
  'log-in': 'Is the user let in?',
  rights: 'Does the user get a command shell?',
  configuration: 'Can the settings of the service be read?',
  encryption: 'Are messages refused that are not sealed?',
  quota: 'Are the limits of the service high enough?',
  command: 'Does `ver` run, and say Windows?',
  'exit-code': 'Does an exit code come back exactly?',
  'error-output': 'Does error output come apart from standard output?',
  encoding: 'Do letters of several scripts come back as they are?',
  input: 'Does standard input reach the command, and end?',
  latency: 'How long does a command take that does nothing?',
  curl: 'Is curl.exe there, with which the guest can fetch files?',
  pull: 'Does the guest reach this machine, over a port opened for that alone?',
  powershell: 'Is PowerShell there, in full language mode, to receive files?',
  verdict: 'Can the lab use the host?',
};

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
