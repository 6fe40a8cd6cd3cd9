import net from 'node:net';
import t from 'tap';
import { Secret } from '../../core/secret.ts';
import { callFor } from '../../testing/calls.ts';
import { openWinrmClient } from '../client/winrm-client.ts';
import { dispatcherTarget } from './dispatcher-target.ts';
import { healthyRequest } from './request-corpus.ts';

// What mutated messages have found, in its smallest form, so that it stays found.

const QUOTES = '"'.repeat(100_000);

const found: Readonly<Record<string, Buffer>> = {
  'a control character that comes back in a fault': healthyRequest('Get of config', { action: 'urn:\u0007' }),
  'an action that a fault quotes': healthyRequest('Delete', { action: QUOTES }),
  'a resource that a fault quotes': healthyRequest('Delete', { resource: QUOTES }),
  'an id that every answer repeats': healthyRequest('Create', { message: QUOTES, shell: '' }),
  'an address that the answer to Create repeats': healthyRequest('Create', { to: QUOTES, shell: '' }),
  'a CommandId that answers repeat': healthyRequest('Command', { id: '>'.repeat(200_000) }),
  'a header that is not understood, with an endless name': Buffer.from(
    healthyRequest('Delete')
      .toString()
      .replace('</s:Header>', () => `<${'x'.repeat(200_000)} xmlns="urn:x" s:mustUnderstand="true"/></s:Header>`),
  ),
  'an operation time-out that a fault quotes': healthyRequest('Receive', { timeout: QUOTES }),
};

for (const [what, message] of Object.entries(found)) {
  t.test(what, async (t) => {
    await using target = dispatcherTarget();
    t.equal(await target.send({ about: what, messages: [message] }), undefined);
    t.equal(await target.checkHealth(), undefined);
  });
}

t.test('an answer in chunks whose lengths lie is a protocol violation to the client', async (t) => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nmore than five\r\n0\r\n\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const options = { url: `http://127.0.0.1:${port}/wsman`, user: 'user', password: new Secret('x'), authentication: 'basic' } as const;
  await t.rejects(openWinrmClient(options, callFor(10_000)), { code: 'winrm.protocol-violation', kind: 'transport' });
});
