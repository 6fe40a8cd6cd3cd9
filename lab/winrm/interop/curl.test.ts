import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { type ForeignEndpoint, foreignEndpoint } from '../../testing/winrm/foreign-endpoint.ts';
import { runForeign, without } from '../../testing/winrm/foreign-programs.ts';

const skip = without('curl');

const SHELL = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
const TRANSFER = 'http://schemas.xmlsoap.org/ws/2004/09/transfer';

// Written by hand: these tests share nothing with our own client.
const IDENTIFY =
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">' +
  '<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>';

const message = (action: string, body: string, shellId?: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:adr="http://schemas.xmlsoap.org/ws/2004/08/addressing"
  xmlns:man="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:sh="${SHELL}">
  <env:Header>
    <adr:To>http://guest/wsman</adr:To>
    <adr:ReplyTo><adr:Address env:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</adr:Address></adr:ReplyTo>
    <adr:Action env:mustUnderstand="true">${action}</adr:Action>
    <adr:MessageID>uuid:${randomUUID()}</adr:MessageID>
    <man:ResourceURI env:mustUnderstand="true">${SHELL}/cmd</man:ResourceURI>
    <man:MaxEnvelopeSize env:mustUnderstand="true">153600</man:MaxEnvelopeSize>
    <man:OperationTimeout>PT10S</man:OperationTimeout>
    ${shellId === undefined ? '' : `<man:SelectorSet><man:Selector Name="ShellId">${shellId}</man:Selector></man:SelectorSet>`}
  </env:Header>
  <env:Body>${body}</env:Body>
</env:Envelope>`;

interface CurlAnswer {
  /** Of each exchange on the way to the answer, the last one's last. */
  readonly statuses: readonly number[];
  readonly offers: readonly string[];
  readonly body: string;
}

/** Sends one message with curl: one process, one connection. */
async function curl(
  to: ForeignEndpoint,
  how: readonly string[],
  text: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CurlAnswer> {
  const fixed = [
    '--silent',
    '--show-error',
    '--include',
    '--data-binary',
    '@-',
    '--header',
    'Content-Type: application/soap+xml;charset=UTF-8',
  ];
  const result = await runForeign('/usr/bin/curl', [...fixed, ...how, to.url], { input: text, env });
  if (result.exitCode !== 0) throw new Error(`curl failed: ${result.stderr}`);
  const parts = result.stdout.split(/\r?\n\r?\n/);
  const heads = parts.filter((part) => part.startsWith('HTTP/'));
  return {
    statuses: heads.map((head) => Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])),
    offers: [...(heads.at(-1) ?? '').matchAll(/^WWW-Authenticate: (.*?)\r?$/gim)].map((match) => match[1] ?? ''),
    body: parts.slice(parts.indexOf(heads.at(-1) ?? '') + 1).join('\n\n'),
  };
}

const login = (to: ForeignEndpoint, scheme: string): readonly string[] => [scheme, '--user', `${to.user}:${to.password}`];

const found = (pattern: RegExp, text: string): string => pattern.exec(text)?.[1] ?? '';

/** A shell's whole life, one process of curl for each message. */
async function livesThrough(t: Test, send: (text: string) => Promise<CurlAnswer>): Promise<void> {
  const created = await send(
    message(
      `${TRANSFER}/Create`,
      '<sh:Shell><sh:InputStreams>stdin</sh:InputStreams><sh:OutputStreams>stdout stderr</sh:OutputStreams></sh:Shell>',
    ),
  );
  t.equal(created.statuses.at(-1), 200, 'Create');
  const shellId = found(/<rsp:ShellId>([0-9A-F-]{36})</, created.body);
  const started = await send(
    message(
      `${SHELL}/Command`,
      '<sh:CommandLine><sh:Command><![CDATA[echo "a < b & c"; cat; exit 3]]></sh:Command></sh:CommandLine>',
      shellId,
    ),
  );
  const commandId = found(/<rsp:CommandId>([0-9A-F-]{36})</, started.body);
  t.not(commandId, '', 'Command');
  const stdin = Buffer.from('from stdin\n').toString('base64');
  const sent = await send(
    message(
      `${SHELL}/Send`,
      `<sh:Send><sh:Stream Name="stdin" CommandId="${commandId}" End="true">${stdin}</sh:Stream></sh:Send>`,
      shellId,
    ),
  );
  t.match(sent.body, 'SendResponse', 'Send');
  let output = '';
  let state = '';
  for (let round = 0; round < 5 && !state.endsWith('Done'); round++) {
    const { body } = await send(
      message(
        `${SHELL}/Receive`,
        `<sh:Receive><sh:DesiredStream CommandId="${commandId}">stdout stderr</sh:DesiredStream></sh:Receive>`,
        shellId,
      ),
    );
    for (const [, base64 = ''] of body.matchAll(/<rsp:Stream Name="stdout"[^>]*>([^<]+)</g))
      output += Buffer.from(base64, 'base64').toString();
    state = found(/State="([^"]+)"/, body);
    if (state.endsWith('Done')) t.equal(found(/<rsp:ExitCode>(\d+)</, body), '3', 'exit code');
  }
  t.equal(output, 'a < b & c\nfrom stdin\n', 'Receive');
  const signal = message(
    `${SHELL}/Signal`,
    `<sh:Signal CommandId="${commandId}"><sh:Code>${SHELL}/signal/terminate</sh:Code></sh:Signal>`,
    shellId,
  );
  t.match((await send(signal)).body, 'SignalResponse', 'Signal');
  t.match((await send(message(`${TRANSFER}/Delete`, '', shellId))).body, 'DeleteResponse', 'Delete');
  const gone = await send(message(`${TRANSFER}/Delete`, '', shellId));
  t.equal(gone.statuses.at(-1), 500, 'a second Delete');
  t.match(gone.body, 'Code="2150858843"', 'is a fault with its code');
}

t.test('Identify needs no log-in', { skip }, async (t) => {
  const to = await foreignEndpoint(t);
  const { statuses, body } = await curl(to, ['--header', 'WSMANIDENTIFY: unauthenticated'], IDENTIFY);
  t.same(statuses, [200]);
  t.match(body, '<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>', 'and tells strangers no version');
});

t.test('Basic', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  const { statuses, body } = await curl(to, login(to, '--basic'), IDENTIFY);
  t.same(statuses, [200]);
  t.match(body, 'OS: 10.0.19045');
  await livesThrough(t, (text) => curl(to, login(to, '--basic'), text));
  t.equal(to.running(), 0);
});

t.test('NTLM, where messages need not be sealed', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  t.same((await curl(to, login(to, '--ntlm'), IDENTIFY)).statuses, [401, 200], 'a challenge, then the answer');
  await livesThrough(t, (text) => curl(to, login(to, '--ntlm'), text));
  t.equal(to.running(), 0);
});

t.test('HTTPS', { skip }, async (t) => {
  const to = await foreignEndpoint(t, { tls: true, basic: true });
  const trusted = ['--cacert', to.authority];
  t.same((await curl(to, [...trusted, ...login(to, '--basic')], IDENTIFY)).statuses, [200], 'Basic');
  t.same(
    (await curl(to, [...trusted, ...login(to, '--ntlm')], IDENTIFY)).statuses,
    [401, 200],
    'NTLM, which TLS protects instead of sealing',
  );
  await livesThrough(t, (text) => curl(to, [...trusted, ...login(to, '--ntlm')], text));
  await t.rejects(
    curl(to, login(to, '--basic'), IDENTIFY),
    /certificate/,
    'it does not talk to a certificate that nobody it trusts has issued',
  );
  const strict = await foreignEndpoint(t, { tls: true, cbtHardening: 'strict' });
  const unbound = await curl(strict, ['--cacert', strict.authority, ...login(strict, '--ntlm')], IDENTIFY);
  t.match(unbound, { statuses: [401, 401], body: '' }, 'its NTLM names no certificate: refused where it must');
});

t.test('what is refused', { skip }, async (t) => {
  const sealed = await foreignEndpoint(t);
  const open = await foreignEndpoint(t, { allowUnencrypted: true });
  t.match(await curl(sealed, [], IDENTIFY), { statuses: [401], offers: ['Negotiate'], body: '' }, 'nobody');
  t.match(
    await curl(open, [], IDENTIFY),
    { statuses: [401], offers: ['Negotiate', 'Basic realm="WSMAN"'] },
    'Basic is offered where it is taken',
  );
  t.match(await curl(sealed, login(sealed, '--basic'), IDENTIFY), { statuses: [401], body: '' }, 'Basic, where messages must be sealed');
  t.match(
    await curl(sealed, login(sealed, '--ntlm'), IDENTIFY),
    { statuses: [401, 500], body: '' },
    'NTLM without sealing, as Windows refuses it',
  );
  const wrong = (scheme: string): Promise<CurlAnswer> => curl(open, [scheme, '--user', `${open.user}:wrong`], IDENTIFY);
  t.match(await wrong('--basic'), { statuses: [401], body: '' }, 'Basic with a wrong password');
  t.match(await wrong('--ntlm'), { statuses: [401, 401], body: '' }, 'NTLM with a wrong password');
});

const skipSpnego = without('curl', 'gssNtlm');

t.test('SPNEGO around NTLM, made by GSSAPI', { skip: skipSpnego }, async (t) => {
  const to = await foreignEndpoint(t, { allowUnencrypted: true });
  const users = path.join(to.folder, 'users');
  await writeFile(users, `FOREIGN:${to.user}:${to.password}\n`);
  const negotiate = (text: string): Promise<CurlAnswer> =>
    curl(to, ['--negotiate', '--user', `${to.user}:`], text, { NTLM_USER_FILE: users });
  t.match(await negotiate(IDENTIFY), { statuses: [401, 200], body: /IdentifyResponse/ });
  await livesThrough(t, negotiate);
});
