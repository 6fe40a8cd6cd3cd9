import { ProtocolViolation } from '../protocol-violation.ts';
import { namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { type Request, type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';

/** A command to start in a shell ([MS-WSMV] 2.2.4.7). */
export interface CommandRequest {
  /** The command; often with its arguments behind it, which is the same to the service. */
  readonly line: string;
  /** Joined behind the command, each with a blank before it and without any quoting. */
  readonly arguments?: readonly string[];
  /** Chosen by the client, or by the server when absent. */
  readonly commandId?: string;
  /** Whether the line is a program to start directly and not one for cmd.exe. */
  readonly skipCmdShell: boolean;
  /** Whether standard input is a console. A pipe (`false`) is the only way to an end of file; ctrl_c reaches only a console. */
  readonly consoleModeStdin: boolean;
}

export const commandRequest = (context: RequestContext, shellId: string, request: CommandRequest): readonly XmlPart[] =>
  buildRequest('Command', context, {
    shellId,
    options: [
      { name: 'WINRS_CONSOLEMODE_STDIN', value: request.consoleModeStdin ? 'TRUE' : 'FALSE' },
      { name: 'WINRS_SKIP_CMD_SHELL', value: request.skipCmdShell ? 'TRUE' : 'FALSE' },
    ],
    body: [
      `<rsp:CommandLine${request.commandId === undefined ? '' : ` CommandId="${escapeXml(request.commandId)}"`}>`,
      `<rsp:Command>${escapeXml(request.line)}</rsp:Command>`,
      ...(request.arguments ?? []).map((argument) => `<rsp:Arguments>${escapeXml(argument)}</rsp:Arguments>`),
      '</rsp:CommandLine>',
    ],
  });

/** Every answer about a command carries its id, up to five times. */
const MOST_ID_CHARACTERS = 256;

export function parseCommandRequest(request: Request): CommandRequest {
  const commandLine = request.body.get(namespaces.rsp, 'CommandLine');
  const given = commandLine.findAll(namespaces.rsp, 'Arguments').map((element) => element.text);
  const commandId = commandLine.attributes.get('CommandId');
  if (commandId !== undefined && commandId.length > MOST_ID_CHARACTERS) throw new ProtocolViolation('a CommandId is far longer than an id');
  return {
    line: commandLine.get(namespaces.rsp, 'Command').text,
    ...(given.length === 0 ? {} : { arguments: given }),
    ...(commandId ? { commandId } : {}),
    skipCmdShell: request.options.get('WINRS_SKIP_CMD_SHELL')?.trim().toUpperCase() === 'TRUE',
    consoleModeStdin: request.options.get('WINRS_CONSOLEMODE_STDIN')?.trim().toUpperCase() !== 'FALSE',
  };
}

/** What is run: command and arguments in one line. */
export const wholeLine = (request: CommandRequest): string => [request.line, ...(request.arguments ?? [])].join(' ');

export const commandResponse = (context: ResponseContext, commandId: string): readonly XmlPart[] =>
  buildResponse(responseAction('Command'), ['s', 'a', 'x', 'w', 'rsp', 'p'], context, [
    `<rsp:CommandResponse><rsp:CommandId>${escapeXml(commandId)}</rsp:CommandId></rsp:CommandResponse>`,
  ]);

/** The id of the command that was started. */
export function parseCommandResponse(body: XmlElement): string {
  const commandId = body.get(namespaces.rsp, 'CommandResponse').textOf(namespaces.rsp, 'CommandId');
  if (!commandId) throw new ProtocolViolation('the answer to Command names no command');
  return commandId;
}
