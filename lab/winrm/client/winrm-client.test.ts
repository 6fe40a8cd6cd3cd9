import { createHash, X509Certificate } from 'node:crypto';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import t, { type Test } from 'tap';
import { LabError } from '../../core/error.ts';
import type { Sha256 } from '../../core/ids.ts';
import { Secret } from '../../core/secret.ts';
import { callFor } from '../../testing/calls.ts';
import { guestTls } from '../../testing/winrm/guest-tls.ts';
import { hostProcesses } from '../../testing/winrm/host-processes.ts';
import { startEndpoint } from '../endpoint/endpoint.ts';
import { buildFault } from '../faults/fault.ts';
import { windowsFaults } from '../faults/windows-faults.ts';
import { commandResponse } from '../messages/command.ts';
import { createResponse } from '../messages/create.ts';
import { deleteResponse } from '../messages/delete.ts';
import { identifyResponse } from '../messages/identify.ts';
import { receiveResponse } from '../messages/receive.ts';
import { parseRequest } from '../messages/request.ts';
import { sendResponse } from '../messages/send.ts';
import { signalResponse } from '../messages/signal.ts';
import { type XmlPart, joinParts } from '../soap/xml-parts.ts';
import { runCommand } from './run-command.ts';
import { openWinrmClient } from './winrm-client.ts';

const password = new Secret('secret-word');
const call = () => callFor(20_000);

/** What a scripted guest does with one message: answers it, or breaks the connection. */
type Reaction = readonly XmlPart[] | { readonly status: number; readonly body?: string | Buffer } | 'break';
type Script = (name: string, messageId: string, count: number) => Reaction | undefined;

/** A guest that answers properly, but for what the script says. `seen` lists the messages in order. */
async function scripted(t: Test, script: Script = () => undefined) {
  const seen: string[] = [];
  const ids: string[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (chunks.length === 0) {
        response.writeHead(401, { 'www-authenticate': ['Kerberos', 'Basic realm="x"'] }).end();
        return;
      }
      const incoming = parseRequest(Buffer.concat(chunks), 1_000_000);
      const name = incoming.kind === 'identify' ? 'Identify' : (incoming.request.action.split('/').at(-1) ?? '');
      const messageId = incoming.kind === 'identify' ? '' : incoming.request.messageId;
      seen.push(name);
      ids.push(messageId);
      const reaction = script(name, messageId, seen.filter((one) => one === name).length) ?? proper(name, messageId);
      if (reaction === 'break') request.socket.destroy();
      else if ('status' in reaction) response.writeHead(reaction.status).end(reaction.body);
      else {
        const body = joinParts(reaction);
        response.writeHead(body.includes('<s:Fault>') ? 500 : 200, { 'content-type': 'application/soap+xml;charset=UTF-8' }).end(body);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wsman`;
  const open = (timeoutMs = 2000) =>
    openWinrmClient({ url, user: 'user', password, authentication: 'basic', operationTimeoutMs: timeoutMs }, call());
  const run = async (stdin?: Uint8Array) => {
    await using client = await open();
    const shell = await client.openShell({}, call());
    return await runCommand(shell, { line: 'x', skipCmdShell: false, maxOutputBytes: 1000, ...(stdin ? { stdin } : {}) }, call());
  };
  return { url, seen, ids, open, run };
}

function proper(name: string, relatesTo: string): readonly XmlPart[] {
  const context = { messageId: 'uuid:answer', relatesTo };
  const answers: Readonly<Record<string, () => readonly XmlPart[]>> = {
    Identify: () => identifyResponse({ productVendor: 'V', productVersion: 'OS: 1' }),
    Create: () => createResponse(context, 'http://x/wsman', { shellId: 'SHELL', owner: 'user' }),
    Command: () => commandResponse(context, 'COMMAND'),
    Send: () => sendResponse(context),
    Receive: () => receiveResponse(context, 'COMMAND', { chunks: [{ stream: 'stdout', bytes: Buffer.from('out') }], exitCode: 3 }),
    Signal: () => signalResponse(context),
    Delete: () => deleteResponse(context),
  };
  return answers[name]?.() ?? [];
}

const errorOf = async (work: Promise<unknown>): Promise<LabError> => {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LabError)) throw error;
  return error;
};

t.test('a proper guest is asked for what is needed and no more', async (t) => {
  const { open, seen, ids } = await scripted(t);
  await using client = await open();
  const shell = await client.openShell({}, call());
  const result = await runCommand(shell, { line: 'x', skipCmdShell: false, maxOutputBytes: 1000 }, call());
  t.match(result, { exitCode: 3, ended: 'exited', stdout: Buffer.from('out') });
  await shell.close(call());
  t.ok(shell.usable);
  t.same(
    seen.filter((name) => name !== 'Send'),
    ['Identify', 'Create', 'Command', 'Receive', 'Signal', 'Delete'],
  );
  t.equal(new Set(ids).size, ids.length, 'every message has an id of its own');
});

t.test('nobody waits until the place of a command is free, but a shell in which that fails is not used again', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { open, seen } = await scripted(t, (name) => {
    if (name !== 'Signal') return undefined;
    asked.resolve();
    return { status: 404, body: '' };
  });
  await using client = await open();
  const shell = await client.openShell({}, call());
  t.match(await runCommand(shell, { line: 'x', skipCmdShell: false, maxOutputBytes: 1000 }, call()), { exitCode: 3 });
  await asked.promise;
  await shell.close(call());
  t.notOk(shell.usable);
  t.equal(seen.at(-1), 'Delete', 'it is closed all the same');
});

t.test('answers that cannot be trusted', async (t) => {
  const send = (parts: readonly XmlPart[], change: (xml: string) => string): Reaction => ({
    status: 200,
    body: change(joinParts(parts).toString()),
  });
  const cases: Readonly<Record<string, { readonly script: Script; readonly what: RegExp }>> = {
    'of another message': {
      script: (name) => (name === 'Create' ? proper(name, 'uuid:other') : undefined),
      what: /belongs to another message/,
    },
    'of another kind': { script: (name, id) => (name === 'Create' ? proper('Delete', id) : undefined), what: /of another kind/ },
    'with a document type': {
      script: (name, id) => (name === 'Create' ? send(proper(name, id), (xml) => `<!DOCTYPE x>${xml}`) : undefined),
      what: /document type/,
    },
    'with an entity': {
      script: (name, id) => (name === 'Create' ? send(proper(name, id), (xml) => xml.replace('>SHELL<', '>&lol;<')) : undefined),
      what: /entity/,
    },
    'without a shell': {
      script: (name, id) => (name === 'Create' ? send(proper(name, id), (xml) => xml.replaceAll('>SHELL<', '><')) : undefined),
      what: /names no shell/,
    },
    'without a command': {
      script: (name, id) => (name === 'Command' ? send(proper(name, id), (xml) => xml.replaceAll('>COMMAND<', '><')) : undefined),
      what: /names no command/,
    },
    'without an exit code': {
      script: (name, id) => (name === 'Receive' ? send(proper(name, id), (xml) => xml.replace('>3<', '>x<')) : undefined),
      what: /without an exit code/,
    },
    'that are no SOAP': {
      script: (name) => (name === 'Create' ? { status: 200, body: '<html>hello</html>' } : undefined),
      what: /not a SOAP/,
    },
    'without end': {
      script: (name) => (name === 'Create' ? { status: 200, body: Buffer.alloc(2_000_000, 'x') } : undefined),
      what: /longer than/,
    },
    'with another status': { script: (name) => (name === 'Create' ? { status: 404 } : undefined), what: /HTTP 404/ },
  };
  for (const [what, { script, what: message }] of Object.entries(cases)) {
    const { run } = await scripted(t, script);
    t.match(await errorOf(run()), { code: 'winrm.protocol-violation', kind: 'transport', message }, what);
  }
});

t.test('refusals say what to do', async (t) => {
  const refused = await errorOf((await scripted(t, () => ({ status: 401 }))).open());
  t.match(refused, { code: 'winrm.authentication-refused', hint: /AllowUnencrypted/ });
  t.notMatch(JSON.stringify(refused.toData()), password.reveal());
  t.match(await errorOf((await scripted(t, () => ({ status: 500 }))).open()), { code: 'winrm.unencrypted-refused' });
  const fault: Script = (name, relatesTo) =>
    name === 'Create' ? buildFault({ messageId: 'uuid:1', relatesTo }, 'm', windowsFaults.tooManyShells(30).answer) : undefined;
  t.match(await errorOf((await scripted(t, fault)).run()), {
    code: 'winrm.fault',
    message: /Create with WinRM fault 2150859173 \(0x803381A5, ERROR_WSMAN_QUOTA_MAX_SHELLS\): .*30 concurrent shells/,
    hint: /MaxShellsPerUser/,
  });
  const { url } = await scripted(t);
  const ntlm = openWinrmClient({ url, user: 'user', password, authentication: 'ntlm' }, call());
  t.match(await errorOf(ntlm), { code: 'winrm.authentication-refused', hint: /It offers Kerberos, Basic realm="x": enable Negotiate/ });
  const silent = openWinrmClient({ url: 'http://127.0.0.1:1/wsman', user: 'user', password, authentication: 'ntlm' }, call());
  t.match(await errorOf(silent), { code: 'winrm.unreachable', message: /127\.0\.0\.1:1/ });
});

t.test('nothing yet only means to ask again', async (t) => {
  const script: Script = (name, relatesTo, count) =>
    name === 'Receive' && count < 4 ? buildFault({ messageId: 'uuid:1', relatesTo }, 'm', windowsFaults.timedOut().answer) : undefined;
  const { run, seen } = await scripted(t, script);
  t.equal((await run()).exitCode, 3);
  t.equal(seen.filter((name) => name === 'Receive').length, 4);
});

t.test('a Receive is repeated under its own id when the connection breaks', async (t) => {
  const { run, seen, ids } = await scripted(t, (name, _, count) => (name === 'Receive' && count === 1 ? 'break' : undefined));
  t.equal((await run()).exitCode, 3);
  const receives = ids.filter((_, at) => seen[at] === 'Receive');
  t.equal(receives.length, 2);
  t.equal(receives[0], receives[1]);
});

t.test('Create, Command and Send are never repeated', async (t) => {
  for (const broken of ['Create', 'Command', 'Send']) {
    const waiting: Script = (name, relatesTo) => {
      if (name === broken) return 'break';
      return broken === 'Send' && name === 'Receive'
        ? buildFault({ messageId: 'uuid:1', relatesTo }, 'm', windowsFaults.timedOut().answer)
        : undefined;
    };
    const { run, seen } = await scripted(t, waiting);
    t.match(await errorOf(run(Buffer.from('input'))), { code: 'winrm.connection-lost', message: new RegExp(broken) });
    t.equal(seen.filter((name) => name === broken).length, 1, broken);
    if (broken === 'Send') t.ok(seen.includes('Signal') && seen.includes('Delete'), 'and the command is ended');
  }
});

t.test('a guest that never answers is given up with the call', async (t) => {
  const server = net.createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wsman`;
  const controller = new AbortController();
  const reason = LabError.of('lab.interrupted', { signal: 'the test' });
  setTimeout(() => controller.abort(reason), 100);
  const opening = openWinrmClient({ url, user: 'u', password, authentication: 'ntlm' }, { ...call(), signal: controller.signal });
  t.equal(await errorOf(opening), reason);
});

t.test('a socket that was closed while it waited is replaced, with a new log-in', async (t) => {
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'user', password }],
    processes: hostProcesses(),
    identity: { osVersion: '10.0.19045', computerName: 'G' },
  });
  t.teardown(() => service.close());
  // A relay that can cut what runs through it.
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const relay = net.createServer((inner) => {
    connections++;
    const outer = net.connect(service.port, '127.0.0.1');
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    inner.pipe(outer).pipe(inner);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  t.teardown(() => relay.close());
  const url = `http://127.0.0.1:${(relay.address() as AddressInfo).port}/wsman`;
  await using client = await openWinrmClient({ url, user: 'user', password, authentication: 'ntlm' }, call());
  const shell = await client.openShell({}, call());
  const run = (line: string) => runCommand(shell, { line, skipCmdShell: false, maxOutputBytes: 1000 }, call());
  t.equal((await run('exit 1')).exitCode, 1);
  const before = connections;
  for (const socket of sockets) socket.destroy();
  // The client has to have seen it: a command on its way into a socket that just broke is rightly not sent again.
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal((await run('exit 2')).exitCode, 2);
  t.ok(connections > before);
  let cut = false;
  const result = await runCommand(
    shell,
    {
      line: 'for i in 1 2 3 4 5; do echo $i; sleep 0.1; done',
      skipCmdShell: false,
      maxOutputBytes: 1000,
      onOutput: () => {
        if (cut) return;
        cut = true;
        setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, 150);
      },
    },
    call(),
  );
  t.equal(Buffer.from(result.stdout).toString(), '1\n2\n3\n4\n5\n', 'every line once, although the connection broke in between');
});

t.test('HTTPS: the pin decides, and without one the system does', async (t) => {
  const service = await startEndpoint({
    host: '127.0.0.1',
    port: 0,
    users: [{ name: 'user', password }],
    processes: hostProcesses(),
    identity: { osVersion: '10.0.19045', computerName: 'G' },
    allowUnencrypted: true,
  });
  t.teardown(() => service.close());
  const front = tls.createServer(guestTls, (inner) => {
    const outer = net.connect(service.port, '127.0.0.1');
    inner.on('error', () => {});
    outer.on('error', () => {});
    inner.pipe(outer).pipe(inner);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  t.teardown(() => front.close());
  const url = `https://127.0.0.1:${(front.address() as AddressInfo).port}/wsman`;
  const pin = createHash('sha256').update(new X509Certificate(guestTls.cert).raw).digest('hex') as Sha256;
  for (const authentication of ['basic', 'ntlm'] as const) {
    const options = { url, user: 'user', password, authentication };
    await using client = await openWinrmClient({ ...options, certificateSha256: pin }, call());
    t.match(client.identity.productVersion, '10.0.19045');
    const wrong = await errorOf(openWinrmClient({ ...options, certificateSha256: 'a'.repeat(64) as Sha256 }, call()));
    t.match(wrong, { code: 'winrm.certificate-refused', message: new RegExp(pin) });
    t.match(await errorOf(openWinrmClient(options, call())), { code: 'winrm.certificate-refused' });
  }
});
