import { Refusal, toRefusal } from './refusal.ts';
import { lineReader, readAllInput, writeOutput } from './standard-streams.ts';
import { verbs } from './verbs.ts';

/** Largest question and largest answer. */
const MOST_BYTES = 16 << 20;

/** `request`: answers one JSON question from standard input with one line of JSON on standard output. An answer of either kind is exit code 0. */
export async function request(): Promise<void> {
  await answer(readAllInput(MOST_BYTES));
}

/**
 * `serve`: the same for one question a line until standard input ends, one after the other. Starting a process costs a guest more than most
 * questions do.
 */
export async function serve(): Promise<void> {
  const nextLine = lineReader(MOST_BYTES);
  for (let line = nextLine(); line !== 'end'; line = nextLine()) await answer(line === 'too-long' ? undefined : line);
}

async function answer(question: Buffer | undefined): Promise<void> {
  let line: string;
  try {
    line = JSON.stringify({ ok: await answerTo(question) });
    if (Buffer.byteLength(line) >= MOST_BYTES) throw new Refusal('too-large', `the answer has more than ${MOST_BYTES} bytes`);
  } catch (error) {
    const { code, message } = toRefusal(error);
    line = JSON.stringify({ error: { code, message: message.slice(0, 2000) } });
  }
  writeOutput(Buffer.from(`${line}\n`));
}

async function answerTo(bytes: Buffer | undefined): Promise<unknown> {
  if (bytes === undefined) throw new Refusal('too-large', `the question has more than ${MOST_BYTES} bytes`);
  let question: { readonly verb?: unknown; readonly arguments?: unknown } | null;
  try {
    question = JSON.parse(bytes.toString('utf8')) as typeof question;
  } catch {
    throw new Refusal('bad-request', 'the question is not JSON');
  }
  const { verb, arguments: given } = question ?? {};
  if (typeof verb !== 'string' || !Object.hasOwn(verbs, verb)) throw new Refusal('bad-request', `unknown verb ${JSON.stringify(verb)}`);
  if (typeof given !== 'object' || given === null) throw new Refusal('bad-request', `${verb} needs arguments`);
  return await verbs[verb as keyof typeof verbs](given as never);
}
