import t from 'tap';
import { reporterContract } from '../testing/contracts/reporter-contract.ts';
import { finishedSample, sampleRun } from '../testing/fixtures/sample-run.ts';
import { reporters } from './index.ts';
import { jsonReporter } from './json.ts';
import { terminalReporter } from './terminal/terminal-reporter.ts';

await reporterContract(t, 'terminal without a TTY', 'person', (stream, clock) =>
  terminalReporter({ stream, isTty: false, columns: 100, colour: false, clock }),
);
await reporterContract(t, 'json', 'program', (stream) => jsonReporter({ stream }));
await reporterContract(t, 'html', 'person', () => reporters.html());

t.test('each reporter goes by the name it is listed under', async (t) => {
  for (const [name, make] of Object.entries(reporters)) {
    const reporter = make({
      stream: { write: () => true },
      isTty: false,
      columns: 80,
      colour: false,
      clock: { now: () => '', monotonicMs: () => 0, sleep: async () => {} },
    });
    t.equal(reporter.name, name);
  }
});

t.test('json writes the journal byte for byte', async (t) => {
  const sample = sampleRun('hostile');
  let text = '';
  const reporter = jsonReporter({ stream: { write: (piece) => void (text += piece) } });
  for (const line of sample.lines) reporter.on(line);
  await reporter.finish?.(finishedSample(sample), { signal: new AbortController().signal, deadline: { remainingMs: () => 1 } });
  t.equal(text, sample.journalText);
  t.equal(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '').event.type, 'run-finished');
});
