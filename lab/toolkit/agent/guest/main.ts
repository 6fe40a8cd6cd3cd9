import { writeSync } from 'node:fs';
import { serveCopies } from './copier.ts';
import { Refusal, toRefusal } from './refusal.ts';
import { request, serve } from './request.ts';
import { serveSftp } from './sftp/serve-sftp.ts';
import { writeLine } from './standard-streams.ts';
import { packTree, placeTree, treeDigest } from './transfer-tree.ts';
import { digestOf } from './transfer.ts';

/** Longest argument taken; a command line of Windows has at most 32767 characters. */
const LONGEST_ARGUMENT = 40_000;

/** Verbs whose output is no line of JSON. */
const STREAMS = new Set(['copy', 'sftp']);

const VERBS = 'digest, copy, tree-digest, place-tree, pack-tree, sftp, request and serve';

const main = async ([verb = '', argument = '']: readonly string[]): Promise<void> => {
  switch (verb) {
    case 'digest':
      return writeLine(digestOf(decoded(argument)));
    case 'copy':
      return serveCopies();
    case 'tree-digest':
      return writeLine(treeDigest(decoded(argument)));
    case 'place-tree':
      return writeLine(await placeTree(decoded(argument)));
    case 'pack-tree':
      return writeLine(await packTree(decoded(argument)));
    case 'sftp':
      return serveSftp();
    case 'request':
      return request();
    case 'serve':
      return serve();
  }
  throw new Refusal('bad-request', `unknown verb ${JSON.stringify(verb)}; there are ${VERBS}`);
};

/** The JSON object inside a base64url argument, which needs no quoting in any shell. */
function decoded(argument: string): Readonly<Record<string, unknown>> {
  try {
    if (argument.length > LONGEST_ARGUMENT) throw new RangeError('too long');
    const value: unknown = JSON.parse(Buffer.from(argument, 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
    return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new Refusal('bad-request', `the argument is not base64url of a JSON object: ${String(error)}`);
  }
}

/** Ends at once: a program that could not be ended must not keep its tool. */
// oxlint-disable-next-line unicorn/no-process-exit -- as said
const end = (exitCode: number): never => process.exit(exitCode);

main(process.argv.slice(2)).then(
  () => end(0),
  (error: unknown) => {
    const refusal = toRefusal(error);
    // Where answers with bytes, or another protocol, stand on the output, a line of JSON would be taken for more of them.
    if (STREAMS.has(process.argv[2] ?? '')) writeSync(2, `${refusal.message}\n`);
    else writeLine({ error: refusal.message });
    end(1);
  },
);
