import t from 'tap';
import { systemClock } from '../host/clock.ts';
import { Scope } from './scope.ts';

t.test('releases run in reverse, each with its own deadline, and a failing one does not stop the others', async (t) => {
  const done: string[] = [];
  const failures: string[] = [];
  const scope = new Scope(systemClock, 1000, (what, error) => failures.push(`${what}: ${(error as Error).message}`));
  scope.defer('first', async (call) => {
    t.ok(call.deadline.remainingMs() > 900);
    done.push('first');
  });
  scope.defer('second', () => Promise.reject(new Error('stuck')));
  scope.defer('third', async () => void done.push('third'));
  await scope.close();
  t.same(done, ['third', 'first']);
  t.same(failures, ['second: stuck']);
  await scope.close();
  t.same(done, ['third', 'first'], 'closing twice releases once');
});

t.test('a release that hangs is told to give up', async (t) => {
  const failures: unknown[] = [];
  const scope = new Scope(systemClock, 20, (_, error) => failures.push(error));
  scope.defer('hangs', (call) => new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason))));
  await scope.close();
  t.match(failures, [{ code: 'lab.deadline', message: /hangs/ }]);
});

t.test('what is registered while the scope closes is released too', async (t) => {
  const done: string[] = [];
  const scope = new Scope(systemClock, 1000, () => t.fail('no release failed'));
  scope.defer('outer', async () => {
    scope.defer('late', async () => void done.push('late'));
    done.push('outer');
  });
  await scope.close();
  scope.defer('latest', async () => void done.push('latest'));
  await scope.close();
  t.same(done, ['outer', 'late', 'latest']);
});
