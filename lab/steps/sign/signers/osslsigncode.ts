import path from 'node:path';
import type { Call } from '../../../core/call.ts';
import type { Secret } from '../../../core/secret.ts';
import type { SignerConfig } from '../../../core/signing-config.ts';
import { type ExecResult, exec } from '../../../host/exec.ts';
import { writeFileAtomic } from '../../../host/files.ts';
import { makeWorkshop } from '../../../host/workshop.ts';
import { environmentWithoutSecrets, readPassword } from '../read-password.ts';
import type { OpinionRequest, Signer, SignerParts } from '../signer.ts';
import { type OsslsigncodeTool, findOsslsigncode } from './osslsigncode-tool.ts';
import { diagnoseKey, diagnoseTool, findEngine } from './osslsigncode-doctor.ts';
import { toolFailure } from './tool-failure.ts';

/** Keys that osslsigncode can use. */
export type OsslsigncodeKey = Extract<SignerConfig, { readonly kind: 'pfx' | 'pem' | 'pkcs11' | 'engine' }>;

export interface OsslsigncodeParts extends SignerParts {
  /** Finds the tool; absent: on the path, else Debian's. */
  readonly findTool?: (call: Call) => Promise<OsslsigncodeTool>;
}

/** A signer that uses osslsigncode, with a key in a file, on a token or behind an engine. */
export function osslsigncodeSigner(key: OsslsigncodeKey, parts: OsslsigncodeParts): Signer {
  const { projectRoot, folders, masker } = parts;
  const at = (file: string): string => path.resolve(projectRoot, file);
  const name = `osslsigncode with ${keyInWords(key)}`;
  const findTool = parts.findTool ?? ((call) => findOsslsigncode(folders, call));
  return {
    name,
    repeatable: true,
    doctor: async (call) => [await diagnoseTool(findTool, call), ...(await diagnoseKey(key, at))],
    sign: async ({ from, to, description, url, timeSeconds }, call) => {
      const tool = await findTool(call);
      const args = ['sign', '-h', 'sha256', ...(await keyArguments(key, at)), '-n', description];
      if (url !== undefined) args.push('-i', url);
      if (timeSeconds !== undefined) args.push('-time', String(timeSeconds));
      const password = key.password && (await readPassword(key.password, parts));
      const result = await runWithPassword(tool, [...args, '-in', from, '-out', to], password, parts, call);
      call.signal.throwIfAborted();
      if (result.exitCode !== 0) throw toolFailure(name, path.basename(from), result, masker);
    },
    secondOpinion: async (request, call) => opinionOf(await findTool(call), request, parts, call),
  };
}

const keyInWords = (key: OsslsigncodeKey): string => {
  switch (key.kind) {
    case 'pfx':
      return path.basename(key.file);
    case 'pem':
      return path.basename(key.key);
    case 'pkcs11':
    case 'engine':
      return key.key;
  }
};

async function keyArguments(key: OsslsigncodeKey, at: (file: string) => string): Promise<readonly string[]> {
  switch (key.kind) {
    case 'pfx':
      return ['-pkcs12', at(key.file)];
    case 'pem':
      return ['-certs', at(key.certificate), '-key', at(key.key)];
    case 'pkcs11': {
      // Without `type=private` the same words find the certificate.
      const sameOnToken = key.key.replace(/;type=\w+|(?<=:)type=\w+;/, '');
      const certificate = key.certificate === undefined ? ['-pkcs11cert', sameOnToken] : ['-certs', at(key.certificate)];
      // Without a name OpenSSL finds the engine where it was told to look; versions before 2.6 take no name for this one.
      const engine = key.engine === undefined ? [] : ['-pkcs11engine', at(key.engine)];
      if (key.engine === undefined) await findEngine();
      return [...engine, '-pkcs11module', at(key.module), ...certificate, '-key', key.key];
    }
    case 'engine':
      return ['-pkcs11engine', at(key.engine), '-certs', at(key.certificate), '-key', key.key];
  }
}

/**
 * Runs the tool with the password on its standard input, or where it cannot read that, in a file that only this user can read and that is gone afterwards.
 * The password is neither on the command line nor in the environment, where other users and crash reports would find it.
 */
async function runWithPassword(
  tool: OsslsigncodeTool,
  args: readonly string[],
  password: Secret | undefined,
  parts: SignerParts,
  call: Call,
): Promise<ExecResult> {
  const options = { env: environmentWithoutSecrets(parts), onlyEnv: true };
  if (password === undefined) return exec(tool.program, args, call, options);
  const [command = '', ...rest] = args;
  if (tool.readsInput) return exec(tool.program, [command, '-readpass', '-', ...rest], call, { ...options, input: password.reveal() });
  await using workshop = await makeWorkshop(parts.folders.cache);
  const file = path.join(workshop.folder, 'password');
  await writeFileAtomic(file, password.reveal(), 0o600);
  return await exec(tool.program, [command, '-readpass', file, ...rest], call, options);
}

async function opinionOf(
  tool: OsslsigncodeTool,
  { file, authorities, timestampAuthorities }: OpinionRequest,
  parts: SignerParts,
  call: Call,
): Promise<readonly string[]> {
  const trust = [
    ...(authorities ? ['-CAfile', authorities] : []),
    ...(timestampAuthorities ? ['-TSA-CAfile', timestampAuthorities] : tool.ignoresTimestamp),
  ];
  const result = await exec(tool.program, ['verify', ...tool.ignores, ...trust, '-in', file], call, {
    env: environmentWithoutSecrets(parts),
    onlyEnv: true,
  });
  call.signal.throwIfAborted();
  const said = `${result.stdout}\n${result.stderr}`;
  if (/MISMATCH/.test(said)) return [`osslsigncode ${tool.version}: the digest is not that of the executable`];
  // Message digest algorithm  : SHA256
  if (!/^Current message digest *: *[0-9A-F]{40,}/m.test(said)) return [`osslsigncode ${tool.version} finds no signature`];
  if (authorities === undefined || result.exitCode === 0) return [];
  return [`osslsigncode ${tool.version}: ${toolFailure('it', path.basename(file), result, parts.masker).message}`];
}
