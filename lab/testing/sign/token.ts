import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { foreignPrograms } from '../winrm/foreign-programs.ts';
import type { IssuedCertificate } from './authority.ts';

/** Debian's SoftHSM as a PKCS #11 module. */
export const softhsmModule = '/usr/lib/softhsm/libsofthsm2.so';

/** A software token in a folder with one key and its certificate, both called `signing`. Gives what has to be in the environment to find it. For tests. */
export function makeToken(folder: string, pin: string, { certificate, key }: IssuedCertificate): Readonly<Record<string, string>> {
  const tokens = path.join(folder, 'tokens');
  mkdirSync(tokens);
  const SOFTHSM2_CONF = path.join(folder, 'softhsm2.conf');
  writeFileSync(SOFTHSM2_CONF, `directories.tokendir = ${tokens}\n`);
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(program, args, { env: { ...process.env, SOFTHSM2_CONF }, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  run(foreignPrograms.softhsm.file, '--init-token', '--free', '--label', 'release', '--pin', pin, '--so-pin', '12345678');
  const pkcs8 = path.join(folder, 'token.key');
  run(foreignPrograms.openssl.file, 'pkcs8', '-topk8', '-nocrypt', '-in', key, '-out', pkcs8);
  run(foreignPrograms.softhsm.file, '--import', pkcs8, '--token', 'release', '--label', 'signing', '--id', '01', '--pin', pin);
  const der = path.join(folder, 'token.der');
  run(foreignPrograms.openssl.file, 'x509', '-in', certificate, '-outform', 'der', '-out', der);
  const login = ['--module', softhsmModule, '--token-label', 'release', '--login', '--pin', pin];
  run(foreignPrograms.pkcs11Tool.file, ...login, '--write-object', der, '--type', 'cert', '--id', '01', '--label', 'signing');
  return { SOFTHSM2_CONF };
}
