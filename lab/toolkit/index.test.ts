import t from 'tap';
import { fakeConnection } from '../testing/fakes/fake-connection.ts';
import { toolkitFor } from './index.ts';

t.test('an endpoint gets the toolkit that its guest has', async (t) => {
  t.equal(toolkitFor({ kind: 'agent', launcher: 'tool' }, fakeConnection([])).name, 'agent');
  t.equal(toolkitFor({ kind: 'powershell' }, fakeConnection([])).name, 'powershell');
});
