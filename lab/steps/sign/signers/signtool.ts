import path from 'node:path';
import { LabError } from '../../../core/error.ts';
import type { Call } from '../../../core/call.ts';
import type { SignerConfig } from '../../../core/signing-config.ts';
import { type ExecResult, exec } from '../../../host/exec.ts';
import { digestPlainFile, streamPlainFile, writeNewFile } from '../../../host/plain-file.ts';
import { environmentWithoutSecrets } from '../read-password.ts';
import type { Signer, SignerParts, SigningRequest } from '../signer.ts';
import { toolFailure } from './tool-failure.ts';

type SigntoolKey = Extract<SignerConfig, { readonly kind: 'signtool' }>;

/**
 * The command line (SignTool of the Windows SDK). The key is one of the certificate store: signtool takes the password of a file on its command line only,
 * where every user of the machine can read it. Time stamps are the lab's own.
 */
export const signtoolArguments = ({ thumbprint, store }: SigntoolKey, { to, description, url }: SigningRequest): readonly string[] => [
  'sign',
  '/v',
  '/fd',
  'SHA256',
  ...(store === 'machine' ? ['/sm'] : []),
  '/sha1',
  thumbprint.toUpperCase(),
  '/d',
  description,
  ...(url === undefined ? [] : ['/du', url]),
  to,
];

/** A signer that uses signtool with a key of the Windows certificate store. It signs in place, so it is given a copy. */
export function signtoolSigner(key: SigntoolKey, parts: SignerParts): Signer {
  const name = `signtool with certificate ${key.thumbprint.slice(0, 8).toLowerCase()}…`;
  const program = /[\\/]/.test(key.program) ? path.resolve(parts.projectRoot, key.program) : key.program;
  const run = async (args: readonly string[], call: Call): Promise<ExecResult> => {
    try {
      return await exec(program, args, call, { env: environmentWithoutSecrets(parts), onlyEnv: true });
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      throw LabError.of(
        'sign.no-tool',
        { tool: 'signtool', reason: (error as NodeJS.ErrnoException).code ?? String(error) },
        { cause: error },
      );
    }
  };
  return {
    name,
    // signtool writes the time of day nowhere, and has no option for it either.
    repeatable: false,
    doctor: async (call) => {
      const subject = 'signtool';
      try {
        // It knows no `--version`; without a command it says how it is used.
        const { stdout, stderr } = await run(['/?'], call);
        return /usage: *signtool/i.test(`${stdout}\n${stderr}`)
          ? [{ subject, state: 'ok', message: program }]
          : [
              {
                subject,
                state: 'missing',
                message: `${program} is something else`,
                hint: 'Name signtool.exe of the Windows SDK in `signing.signer.program`.',
              },
            ];
      } catch (error) {
        if (!(error instanceof LabError) || call.signal.aborted) throw error;
        return [{ subject, state: 'missing', message: error.message, hint: error.hint }];
      }
    },
    sign: async (request, call) => {
      const before = await writeNewFile(request.to, await streamPlainFile(request.from), call.signal);
      const result = await run(signtoolArguments(key, request), call);
      call.signal.throwIfAborted();
      const file = path.basename(request.from);
      if (result.exitCode !== 0) throw toolFailure(name, file, result, parts.masker);
      if ((await digestPlainFile(request.to, call.signal)).sha256 === before.sha256)
        throw LabError.of('sign.tool-failed', { signer: name, file, reason: 'it says that it signed, and the file is as it was' });
    },
  };
}
