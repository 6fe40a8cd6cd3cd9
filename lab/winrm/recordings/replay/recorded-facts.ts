import type { RecordedExchange } from '../recording.ts';

/**
 * What a recording says, read with plain patterns and not with the parsers under test. Each answers for the messages in the collection, and for
 * no others.
 */
const first = (pattern: RegExp, message: string): string | undefined => pattern.exec(message)?.[1]?.trim();

/** The last word of the action of the request, or what the recording says instead. */
export const operationOf = ({ operation, request }: RecordedExchange): string =>
  operation ?? first(/Action[^>]*>[^<]*\/(\w+)\s*</, request ?? '') ?? '';

/** The last word of the resource that the request is about: `cmd`, `config`, `shell`, `Command`. */
export const resourceOf = ({ request }: RecordedExchange): string | undefined =>
  request === null ? undefined : first(/ResourceURI[^>]*>[^<]*\/(\w+)\s*</, request);

export const messageIdOf = (message: string): string | undefined => first(/MessageID>([^<]*)</, message);

export const selectedShellOf = (request: string): string | undefined => first(/Selector Name="ShellId">([^<]*)</, request);

export const commandIdOf = (message: string): string | undefined => first(/CommandId(?:=["']|>)([^"'<]*)/, message);

/** Code and subcode of the fault in an answer, if it holds one. */
export function faultOf(response: string): { readonly code: number | undefined; readonly subcode: string | undefined } | undefined {
  // <s:Fault>, <SOAP-ENV:Fault>
  if (!/<[\w-]+:Fault>/.test(response)) return undefined;
  const code = first(/WSManFault[^>]*?Code=["'](\d+)/, response) ?? first(/error_Code[^>]*>(\d+)/, response);
  return { code: code === undefined ? undefined : Number(code), subcode: first(/Subcode>\s*<[\w-]+:Value>\s*[\w-]+:(\w+)/, response) };
}

/** A Receive that times out is only asked again. */
export const timedOut = ({ response }: RecordedExchange): boolean => faultOf(response)?.subcode === 'TimedOut';

/** A piece of output as an answer to Receive carries it. */
export interface RecordedChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

/** Output in an answer to Receive, without the empty pieces that only say that a stream has ended. */
export const chunksOf = (response: string): readonly RecordedChunk[] =>
  [...response.matchAll(/<\w+:Stream ([^>]*?)(?:\/>|>([^<]*)<)/g)].flatMap(([, attributes = '', base64 = '']) => {
    const stream = first(/Name=["'](\w+)/, attributes) === 'stderr' ? 'stderr' : 'stdout';
    return base64 === '' ? [] : [{ stream, bytes: Buffer.from(base64, 'base64') } as const];
  });

/** Exit code in an answer to Receive that says that the command is done. */
export const exitCodeOf = (response: string): number | undefined =>
  response.includes('CommandState/Done') ? Number(first(/ExitCode>(-?\d+)/, response)) : undefined;

/** How often an element stands in a message. */
export const count = (element: string, message: string): number =>
  message.split(`<${element}>`).length + message.split(`<${element} `).length - 2;
