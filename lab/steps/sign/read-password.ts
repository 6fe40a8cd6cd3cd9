import path from 'node:path';
import { LabError } from '../../core/error.ts';
import type { Secret } from '../../core/secret.ts';
import type { PasswordSource } from '../../core/signing-config.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import type { SignerParts } from './signer.ts';

/** What osslsigncode reads of a password. */
const MOST_BYTES = 1023;

/** Reads the password of a key where the configuration says that it is, and has the masker know it before anybody else does. Throws `sign.no-password`. */
export async function readPassword(source: PasswordSource, { environment, projectRoot, masker }: SignerParts): Promise<Secret> {
  const refuse = (reason: string, cause?: unknown): LabError => LabError.of('sign.no-password', { reason }, { cause });
  if ('environment' in source) {
    const value = environment[source.environment];
    if (!value) throw refuse(`the environment variable ${source.environment} is not set, or empty`);
    return take(value, `the environment variable ${source.environment}`, masker, refuse);
  }
  const file = path.resolve(projectRoot, source.file);
  let text: string;
  try {
    text = (await readPlainFile(file, MOST_BYTES + 2)).toString('utf8');
  } catch (error) {
    throw refuse(error instanceof LabError ? error.message : String(error), error);
  }
  // Editors end the line; a password does not begin or end with a line break.
  return take(text.replace(/\r?\n[\s\S]*$/, ''), file, masker, refuse);
}

function take(value: string, where: string, masker: SignerParts['masker'], refuse: (reason: string) => LabError): Secret {
  const secret = masker.secret(value);
  if (value === '') throw refuse(`the first line of ${where} is empty`);
  if (Buffer.byteLength(value) > MOST_BYTES) throw refuse(`what ${where} holds is longer than ${MOST_BYTES} bytes`);
  // The tools read one line of text.
  if (/[\0\r\n]/.test(value)) throw refuse(`what ${where} holds is not one line of text`);
  return secret;
}

/** The environment for a program that uses a key: the lab's own without any variable that holds a password in any form. */
export function environmentWithoutSecrets({ environment, masker }: SignerParts): Readonly<Record<string, string>> {
  const harmless = Object.entries(environment).filter(([, value]) => value !== undefined && !masker.findsIn(Buffer.from(value)));
  return Object.fromEntries(harmless) as Record<string, string>;
}
