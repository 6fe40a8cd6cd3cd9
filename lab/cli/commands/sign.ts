import path from 'node:path';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import type { SignatureReport } from '../../core/signature-report.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import { readCertificates } from '../../steps/sign/authenticode/certificates.ts';
import { examineSignature } from '../../steps/sign/authenticode/examine-signature.ts';
import { MOST_EXECUTABLE_BYTES, signExecutable, sourceDateEpoch } from '../../steps/sign/sign-executable.ts';
import { signerFor } from '../../steps/sign/signers/index.ts';
import type { CliContext } from '../cli-context.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { workplaceIn } from '../workplace.ts';

const LIMIT_MS = 600_000;

interface SignOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly verify?: boolean;
  readonly output: string;
  readonly authorities?: string;
  readonly timestampAuthorities?: string;
}

/** `lab sign FILE`: signs an executable as the configuration says; with `--verify` says everything about the signature it has. Exit code 1 when that is none, or not right. */
export const signCommand: LabCommand = (command, context, finish) => {
  command.argument('<file>', 'Windows executable');
  withJson(withProject(command), 'print what is known about the signature as one JSON object')
    .option('--output <dir>', 'where the signed copy goes; the file itself stays as it is', 'reports/signed')
    .option('--verify', 'sign nothing: look at the signature that is there')
    .option('--authorities <file>', 'with --verify: certificates (PEM) one of which has to be above the signer’s')
    .option('--timestamp-authorities <file>', 'with --verify: the same for time stamps')
    .action(async (file: string, options: SignOptions) => {
      const { clock } = workplaceIn(context);
      using call = callWithin(LIMIT_MS, 'signing', clock, callUntil(context.signal));
      const executable = path.resolve(context.cwd, file) as LocalPath;
      if (!options.verify) {
        const report = await sign(executable, options, context, call);
        context.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${linesOf(report).join('\n')}\n`);
        return;
      }
      const at = (name: string): string => path.resolve(context.cwd, name);
      const report = await verify(executable, {
        authorities: options.authorities === undefined ? [] : await readCertificates(at(options.authorities)),
        timestampAuthorities: options.timestampAuthorities === undefined ? [] : await readCertificates(at(options.timestampAuthorities)),
        timestamp: 'optional',
        nowMs: Date.parse(clock.now()),
      });
      context.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${linesOf(report).join('\n')}\n`);
      finish(report.signature && report.problems.length === 0 ? 0 : 1);
    });
};

async function sign(
  executable: LocalPath,
  options: SignOptions,
  context: CliContext,
  call: Parameters<typeof signExecutable>[1],
): Promise<SignatureReport> {
  const { root, config } = await openProject(options, context);
  const { folders, clock, masker } = workplaceIn(context);
  const parts = { projectRoot: root, folders, environment: context.environment, masker };
  const signer = config.signing && signerFor(config.signing.signer, parts, clock);
  if (config.signing === undefined || signer === undefined)
    throw LabError.of('usage.invalid', {
      problem: 'the configuration says nothing of a signer: `signing` is absent, or its signer is `none`',
    });
  const outputDirectory = path.resolve(context.cwd, options.output) as LocalPath;
  const signed = await signExecutable(
    {
      executable,
      outputDirectory,
      projectRoot: root,
      config: config.signing,
      signer,
      displayName: config.product.displayName,
      timeSeconds: signer.repeatable ? sourceDateEpoch(context.environment) : undefined,
      clock,
      onProgress: (what) => void context.stderr.write(`${what}\n`),
      onRefused: ({ message }) => void context.stderr.write(`no time stamp of ${message}\n`),
    },
    call,
  );
  if (!options.json) context.stdout.write(`${signed.path}\n`);
  return signed.report;
}

async function verify(executable: LocalPath, expected: Parameters<typeof examineSignature>[2]): Promise<SignatureReport> {
  const file = path.basename(executable);
  const bytes = await readPlainFile(executable, MOST_EXECUTABLE_BYTES);
  try {
    return examineSignature(bytes, file, expected);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw LabError.of('sign.not-executable', { file, reason: error.message }, { cause: error });
  }
}

function linesOf({ file, sizeBytes, sha256, signature, problems }: SignatureReport): readonly string[] {
  const lines = [`${problems.length === 0 && signature ? '✓' : '✗'} ${file}`, `  ${sizeBytes} bytes, SHA-256 ${sha256}`];
  if (signature) {
    const { signer, chain, known, rehearsal, digest, signedAt, timestamp, repeatable } = signature;
    lines.push(
      `  signed by      ${signer.subject}${rehearsal ? ' (a rehearsal: nobody trusts it)' : ''}`,
      `  certificate    ${signer.key}, ${signer.validFrom} to ${signer.validTo}, thumbprint ${signer.sha1}`,
      ...(chain.length > 0 ? chain : [undefined]).map((above) => `  issued by      ${above?.subject ?? signer.issuer}`),
      `  authority      ${known ? 'one of the given' : 'nothing was given to hold it against, or it is none of that'}`,
      `  digest         ${digest.algorithm} ${digest.actual}, ${digest.matches ? 'as it was signed' : `was signed as ${digest.signed}`}`,
      `  signer’s time  ${signedAt ?? 'not said'}`,
      `  time stamp     ${timestamp ? `${timestamp.at} by ${timestamp.authority.subject}` : 'none: the signature dies with its certificate'}`,
      `  repeatable     ${repeatable ? 'yes, with the same key at the same time' : 'no'}`,
    );
  } else if (problems.length === 0) lines.push('  there is no signature');
  return [...lines, ...problems.map(({ message }) => `  problem: ${message}`)];
}
