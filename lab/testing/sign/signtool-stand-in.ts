import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { IssuedCertificate } from './authority.ts';

/**
 * A program that takes signtool's command line, and only what the lab is meant to give it, and signs in place by osslsigncode. It knows one certificate.
 * Another option, another order or another file makes it fail as signtool does, with exit code 1. For tests.
 */
export function signtoolStandIn(
  folder: string,
  thumbprint: string,
  { certificate, key }: IssuedCertificate,
  store: 'user' | 'machine',
): string {
  const program = path.join(folder, 'signtool.exe');
  writeFileSync(
    program,
    `#!${process.execPath}
const { execFileSync } = require('node:child_process');
const { existsSync, renameSync } = require('node:fs');
const fail = (text) => { process.stderr.write('SignTool Error: ' + text + '\\n'); process.exit(1); };
const args = process.argv.slice(2);
if (args.join() === '/?') { process.stdout.write('Usage: signtool <command> [options]\\n'); process.exit(0); }
const take = (...expected) => { for (const word of expected) { const given = args.shift(); if (given !== word) fail('Invalid option: ' + given + ' instead of ' + word); } };
take('sign', '/v', '/fd', 'SHA256'${store === 'machine' ? ", '/sm'" : ''}, '/sha1');
if (args.shift() !== ${JSON.stringify(thumbprint.toUpperCase())}) fail('No certificates were found that met all the given criteria.');
take('/d');
const description = args.shift();
if (args[0] === '/du') args.splice(0, 2);
const [file, ...more] = args;
if (more.length > 0 || !existsSync(file)) fail('File not found: ' + args.join(' '));
execFileSync('osslsigncode', ['sign', '-h', 'sha256', '-certs', ${JSON.stringify(certificate)}, '-key', ${JSON.stringify(key)}, '-n', description, '-in', file, '-out', file + '.signed']);
renameSync(file + '.signed', file);
process.stdout.write('Successfully signed: ' + file + '\\n');
`,
  );
  chmodSync(program, 0o755);
  return program;
}
