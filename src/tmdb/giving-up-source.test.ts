import t from 'tap';
import { ProgramError, type ProgramErrorCode } from '../core/program-error.ts';
import { givingUpSource } from './giving-up-source.ts';
import { searchSeries } from './requests.ts';
import type { TmdbSource } from './tmdb-source.ts';

const never = new AbortController().signal;
const page = { page: 1, results: [], total_pages: 0, total_results: 0 };

/** A source that fails at titles that are codes of failures, waits for ever at `wait`, and knows all others. */
function scripted(): TmdbSource & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  return {
    asked,
    get: async (request, signal) => {
      const text = request.query['query'] ?? '';
      asked.push(text);
      const [code] = text.split(' ');
      if (code?.startsWith('tmdb-') === true) throw new ProgramError(code as ProgramErrorCode, text);
      if (code === 'wait') await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      return { value: request.answer.parse(page), from: 'network', at: 1 };
    },
  };
}

t.test('when nobody is there, nobody is asked again', async (t) => {
  for (const code of ['tmdb-unreachable', 'tmdb-timeout', 'tmdb-busy'] as const) {
    const behind = scripted();
    const source = givingUpSource(behind);
    t.match(await source.get(searchSeries('a'), never), { from: 'network' });
    const waiting = t.rejects(source.get(searchSeries('wait'), never), { code }, 'what is under way ends');
    await t.rejects(source.get(searchSeries(code), never), { code });
    await waiting;
    await t.rejects(source.get(searchSeries('b'), never), { code, message: code });
    t.same(behind.asked, ['a', 'wait', code]);
  }
});

t.test('a question that fails is not asked twice, and others are', async (t) => {
  const behind = scripted();
  const source = givingUpSource(behind);
  for (const code of ['tmdb-failing', 'tmdb-answer'] as const) {
    for (let turn = 0; turn < 5; turn += 1) await t.rejects(source.get(searchSeries(code), never), { code });
    t.match(await source.get(searchSeries(`after ${code}`), never), { from: 'network' });
  }
  t.same(behind.asked, ['tmdb-failing', 'after tmdb-failing', 'tmdb-answer', 'after tmdb-answer']);
});

t.test('three failures one after another are the service', async (t) => {
  const behind = scripted();
  const source = givingUpSource(behind);
  for (const number of [1, 2]) await t.rejects(source.get(searchSeries(`tmdb-failing ${number}`), never));
  await source.get(searchSeries('good'), never);
  for (const number of [3, 4, 5]) await t.rejects(source.get(searchSeries(`tmdb-failing ${number}`), never));
  await t.rejects(source.get(searchSeries('good again'), never), { code: 'tmdb-failing', message: 'tmdb-failing 5' });
  t.equal(behind.asked.length, 6);
});

t.test('a stop is no failure, and neither is what is no outage', async (t) => {
  const behind = scripted();
  const source = givingUpSource(behind);
  const stop = new AbortController();
  const stopped = source.get(searchSeries('wait'), stop.signal);
  stop.abort(new ProgramError('tmdb-timeout', 'in the reason of a stop'));
  await t.rejects(stopped, { code: 'tmdb-timeout' });
  for (const code of ['tmdb-key-refused', 'tmdb-key-missing']) await t.rejects(source.get(searchSeries(code), never), { code });
  t.match(await source.get(searchSeries('good'), never), { from: 'network' });
});
