import { parseArgs } from 'node:util';
import type { FuzzFinding } from './run-fuzz.ts';
import { runFuzz } from './run-fuzz.ts';
import { targets } from './targets.ts';

const USAGE = `Usage: npm run fuzz [-- --messages N] [-- --seed S] [-- --target NAME] [-- --from CASE]

Throws mutated messages at both ends of WinRM. Ends with exit code 1 at the first crash, hang, leak or answer that is none, which it cuts down.
  --messages N   how many, over all targets (200000)
  --seed S       makes the same messages again (a new one each time)
  --target NAME  one target only: ${targets.map(({ name }) => name).join(', ')}
  --from CASE    begins with this case: with --seed, --target and --messages 1 it runs a finding again
`;

/** Shown of a message. */
const MOST_SHOWN_CHARACTERS = 4000;

/** A message as it can be read and made again. */
const shown = (message: Buffer): string => {
  const text = message.toString();
  const bytes = Buffer.from(text).equals(message) ? JSON.stringify(text) : `base64 ${message.toString('base64')}`;
  return bytes.length > MOST_SHOWN_CHARACTERS ? `${bytes.slice(0, MOST_SHOWN_CHARACTERS)}… (${message.length} bytes)` : bytes;
};

function tell(name: string, seed: number, { problem, index, smallest }: FuzzFinding): void {
  process.stdout.write(`\n${name}, case ${index} of seed ${seed}: ${problem}\n\nThe smallest case that shows it (${smallest.about}):\n`);
  for (const message of smallest.messages) process.stdout.write(`  ${shown(message)}\n`);
  process.stdout.write(`\nAgain: npm run fuzz -- --seed ${seed} --target ${name} --from ${index} --messages 1\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      messages: { type: 'string', default: '200000' },
      seed: { type: 'string' },
      target: { type: 'string' },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  const [messages, firstCase] = [Number(values.messages), Number(values.from)];
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
  if (values.help || chosen.length === 0 || ![messages, firstCase, seed].every((number) => Number.isInteger(number) && number >= 0)) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  process.stdout.write(`seed ${seed}\n`);
  let [sent, cases] = [0, 0];
  for (const { name, share, open } of chosen) {
    await using target = await open();
    const wanted = chosen.length === 1 ? messages : Math.ceil(messages * share);
    const result = await runFuzz(target, { seed, messages: wanted, firstCase });
    sent += result.messages;
    cases += result.cases;
    const seconds = result.durationMs / 1000;
    const held = `${(result.heapGrowthBytes / 2 ** 20).toFixed(1)} MiB more held`;
    process.stdout.write(`${name}: ${result.messages} mutated messages in ${result.cases} cases, ${seconds.toFixed(1)} s, ${held}\n`);
    if (result.finding) {
      tell(name, seed, result.finding);
      return 1;
    }
  }
  process.stdout.write(`${sent} mutated messages in ${cases} cases: no crash, no hang, no leak\n`);
  return 0;
}

// A target that was given up may still hold connections open.
process.exit(await main(process.argv.slice(2)));
