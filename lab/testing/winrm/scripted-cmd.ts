import type { GuestProcess, GuestProcesses } from '../../core/guest-processes.ts';

/** What a command line gives. `echoInput` gives back what it read as well. */
export interface Scripted {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly echoInput?: boolean;
  /** Never ends by itself; what it writes comes at once. */
  readonly endless?: boolean;
}

/** The lines of an examination, as cmd.exe of Windows answers them. */
export const windowsAnswers: Readonly<Record<string, Scripted>> = {
  ver: { stdout: '\r\nMicrosoft Windows [Version 10.0.26100.4652]\r\n' },
  'exit 7': { exitCode: 7 },
  'exit 0': {},
  'echo out& 1>&2 echo err': { stdout: 'out\r\n', stderr: 'err\r\n' },
  'echo Grüße, Ελλάδα, 日本': { stdout: 'Grüße, Ελλάδα, 日本\r\n' },
  'findstr /r .': { echoInput: true },
  'curl.exe --version': { stdout: 'curl 8.13.0 (Windows) libcurl/8.13.0 Schannel zlib/1.3.1\r\nRelease-Date: 2026-04-02\r\n' },
  'powershell.exe': { stdout: 'lab 5.1.26100.4652 FullLanguage\r\n' },
};

/** A guest whose cmd.exe knows these lines only, by the whole line or by its first word. Others are as unknown there as they would be. */
export function scriptedCmd(
  answers: Readonly<Record<string, Scripted | ((line: string) => Promise<Scripted>)>>,
): GuestProcesses & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    start: async ({ line }) => {
      lines.push(line);
      const known = answers[line] ?? answers[line.split(' ')[0] ?? ''];
      const {
        stdout = '',
        stderr = '',
        exitCode = 0,
        echoInput = false,
        endless = false,
      }: Scripted = typeof known === 'function'
        ? await known(line)
        : (known ?? { stderr: 'is not recognized as an internal or external command\r\n', exitCode: 9009 });
      const input: Uint8Array[] = [];
      const ended = Promise.withResolvers<void>();
      if (!echoInput && !endless) ended.resolve();
      let killed = false;
      const process: GuestProcess = {
        output: (async function* output() {
          if (!endless) await ended.promise;
          if (stdout !== '') yield { stream: 'stdout' as const, bytes: Buffer.from(stdout) };
          if (stderr !== '') yield { stream: 'stderr' as const, bytes: Buffer.from(stderr) };
          if (echoInput && input.length > 0) yield { stream: 'stdout' as const, bytes: Buffer.concat(input) };
          await ended.promise;
        })(),
        exited: ended.promise.then(() => (killed ? 0xc000013a : exitCode)),
        write: async (bytes) => void input.push(Uint8Array.from(bytes)),
        end: async () => {
          if (!endless) ended.resolve();
        },
        kill: () => {
          killed = true;
          ended.resolve();
        },
      };
      return process;
    },
  };
}
