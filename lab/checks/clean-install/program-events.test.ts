import * as fc from 'fast-check';
import t from 'tap';
import { attacks } from '../../testing/fixtures/hostile-text.ts';
import { eventsOf, readProgramEvents } from './program-events.ts';

const started = '{"type":"started","schema":"cli-event.v1","command":"scan","version":"1.2.3"}';
const summary = '{"type":"scan-summary","paths":1,"files":0,"parsed":0}';
const problemsOf = (...lines: readonly string[]): readonly string[] => readProgramEvents(lines.join('\n'), 'scan-summary').problems.first;

t.test('what the contract asks for has no problems', async (t) => {
  t.same(problemsOf(started, summary, ''), []);
  t.same(problemsOf(started, `${summary.slice(0, -1)},"later":true}`, ''), [], 'nor a key that a later version adds');
  const { lines, types, events } = readProgramEvents(`${started}\r\n${summary}\r\n`, 'scan-summary');
  t.same([lines, types], [2, { started: 1, 'scan-summary': 1 }], 'line ends of Windows');
  t.same(
    eventsOf('started', { lines, types, events, problems: { count: 0, first: [] } }).map((event) => event.version),
    ['1.2.3'],
  );
});

t.test('anything else has', async (t) => {
  t.match(problemsOf(), [/newline/, /not `started`/, /last event/].slice(1));
  t.match(problemsOf(started, summary), [/does not end with a newline/]);
  t.match(problemsOf(started, 'Done!', summary, ''), [/line 2: not JSON: Done!/]);
  t.match(problemsOf(started, '', summary, ''), [/line 2: not JSON/], 'an empty line');
  t.match(problemsOf(started, '[]', summary, ''), [/line 2/]);
  t.match(problemsOf(started, '{"type":"party"}', summary, ''), [/line 2: type/]);
  t.match(problemsOf(started, summary.replace('"files":0', '"files":"0"'), ''), [/line 2: files/, /last event/]);
  t.match(problemsOf(summary, started, ''), [/first event/, /last event/]);
  t.match(problemsOf(started, summary, summary, ''), [/more than once/]);
  t.match(problemsOf(started, summary, '{"type":"error","code":"bug","message":"m","exitCode":1}', ''), [/last event/]);
});

t.test('it reads whatever a guest prints, and keeps little of it', async (t) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(fc.oneof(fc.json(), fc.constant(started), fc.constant(summary))).map((lines) => lines.join('\n')),
      ),
      (text) => {
        const { problems } = readProgramEvents(text, 'scan-summary');
        return problems.first.length <= 12 && problems.first.every((problem) => problem.length <= 400 && problem.isWellFormed());
      },
    ),
  );
  const flood = readProgramEvents('x\n'.repeat(200_000), 'scan-summary');
  t.ok(flood.problems.count > 200_000 && flood.problems.first.length === 12);
  t.ok(readProgramEvents(`${'x'.repeat(1 << 20)}\n`, 'scan-summary').problems.first.every((problem) => problem.length <= 400));
  t.ok(readProgramEvents(`${'['.repeat(100_000)}\n`, 'scan-summary').problems.count > 0, 'deep nesting');
  t.ok(readProgramEvents(Object.values(attacks).join('\n'), 'scan-summary').problems.count > 0);
});
