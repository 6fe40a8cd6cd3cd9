import type { Test } from 'tap';
import { Secret } from '../../core/secret.ts';
import { diagnose } from '../../winrm/diagnose/diagnose.ts';
import type { Examination, Listener } from '../../winrm/diagnose/examination.ts';
import { type Finding, type FindingId, findingSchema } from '../../winrm/diagnose/finding.ts';
import { type EndpointOptions, startEndpoint } from '../../winrm/endpoint/endpoint.ts';
import { callFor } from '../calls.ts';
import { type Scripted, scriptedCmd, windowsAnswers } from './scripted-cmd.ts';

/** What must not be seen in anything that is told. */
export const password = 'not to be seen anywhere';
/** The user of {@link scriptedEndpoint}. */
export const login = { user: 'lab', password: new Secret(password), authentication: 'auto' } as const;
/** What an examination told. */
export interface Told {
  readonly verdict: string;
  readonly findings: readonly Finding[];
  readonly of: (id: FindingId, about?: string) => Finding | undefined;
}

/** Examines a host on this machine and collects what is told; every finding must be of the format and hold no password. */
export async function examine(
  test: Test,
  listeners: readonly (Pick<Listener, 'protocol' | 'port'> & { readonly path?: string })[],
  more: Partial<Examination> = {},
): Promise<Told> {
  const findings: Finding[] = [];
  const host = more.host ?? '127.0.0.1';
  const examination: Examination = {
    host,
    listeners: listeners.map(({ protocol, port, path: at = '/wsman' }) => ({ protocol, host, port, path: at })),
    toolkit: { kind: 'powershell' },
    ...more,
    limits: { connectMs: 2000, answerMs: 500, loggedInMs: 10_000, ...more.limits },
  };
  const verdict = await diagnose(examination, { begins: () => {}, found: (finding) => void findings.push(finding) }, callFor(60_000));
  for (const finding of findings) {
    const read = findingSchema.safeParse(finding);
    test.ok(read.success, `${finding.id} is of the format`, { finding });
    if (finding.state === 'failed')
      test.ok(finding.fix !== undefined || finding.id === 'verdict', `${finding.id} says what to do`, { finding });
  }
  test.notMatch(JSON.stringify(findings), password);
  test.equal(findings.at(-1)?.id, 'verdict');
  return { verdict, findings, of: (id, about) => findings.find((each) => each.id === id && (about === undefined || each.about === about)) };
}

/** Our endpoint before a scripted cmd.exe, for the length of the test. */
export async function scriptedEndpoint(
  test: Test,
  options: Partial<EndpointOptions> = {},
  answers: Parameters<typeof scriptedCmd>[0] = windowsAnswers,
): Promise<{ readonly port: number; readonly lines: readonly string[] }> {
  const processes = scriptedCmd({ 'curl.exe': fetchAsCurl, ...answers });
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'lab', password: new Secret(password) }],
    processes,
    identity: { osVersion: '10.0.26100', computerName: 'WIN11' },
    ...options,
  });
  test.teardown(() => service.close());
  return { port: service.port, lines: processes.lines };
}

/** What the guest's curl.exe does with the URL at the end of its line. */
async function fetchAsCurl(line: string): Promise<Scripted> {
  const url = line.split(' ').at(-1) ?? '';
  try {
    return { stdout: await (await fetch(url)).text() };
  } catch {
    return { stderr: `curl: (7) Failed to connect to ${url}`, exitCode: 7 };
  }
}
