import { ProtocolViolation } from '../protocol-violation.ts';
import { namespaces, shellCommandUri, shellUri } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { type Request, type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';
import { type ShellDescription, readShell, writeShell } from './shell-description.ts';

/** A command as the service lists it. */
export interface CommandDescription {
  readonly commandId: string;
  readonly line: string;
  /** `Running`, `Done`. */
  readonly state: string;
}

/** As many as any service has at once: the answer then holds all of them and no Pull is needed (DSP0226, 8.2.3). */
const ALL = '<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>';
const SELECTOR_FILTER = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter';

/** Asks for all shells of the service that the user may see. */
export const listShellsRequest = (context: RequestContext): readonly XmlPart[] =>
  buildRequest('Enumerate', context, {
    resourceUri: shellUri,
    body: [`<n:Enumerate xmlns:n="${namespaces.n}">${ALL}</n:Enumerate>`],
  });

/** Asks for the commands of one shell. */
export const listCommandsRequest = (context: RequestContext, shellId: string): readonly XmlPart[] =>
  buildRequest('Enumerate', context, {
    resourceUri: shellCommandUri,
    body: [
      `<n:Enumerate xmlns:n="${namespaces.n}">${ALL}<w:Filter Dialect="${SELECTOR_FILTER}"><w:SelectorSet>` +
        `<w:Selector Name="ShellId">${escapeXml(shellId)}</w:Selector></w:SelectorSet></w:Filter></n:Enumerate>`,
    ],
  });

/** The shell whose commands are asked for, if the message names one. */
export function parseListCommandsRequest(request: Request): string | undefined {
  const filter = request.body.get(namespaces.n, 'Enumerate').find(namespaces.w, 'Filter');
  const selectors = filter?.find(namespaces.w, 'SelectorSet')?.findAll(namespaces.w, 'Selector') ?? [];
  return selectors.find((selector) => selector.attributes.get('Name')?.toUpperCase() === 'SHELLID')?.text.trim();
}

/** Whether the list is wanted in the answer itself. The other way, page by page with Pull, is not spoken here. */
export const wantsAllAtOnce = (request: Request): boolean =>
  request.body.get(namespaces.n, 'Enumerate').find(namespaces.w, 'OptimizeEnumeration') !== undefined;

export const listShellsResponse = (context: ResponseContext, shells: readonly ShellDescription[]): readonly XmlPart[] =>
  listResponse(context, shells.map(writeShell));

export const listCommandsResponse = (context: ResponseContext, commands: readonly CommandDescription[]): readonly XmlPart[] =>
  listResponse(
    context,
    commands.map(
      ({ commandId, line, state }) =>
        `<rsp:Command xmlns:rsp="${namespaces.rsp}"><rsp:CommandId>${escapeXml(commandId)}</rsp:CommandId>` +
        `<rsp:CommandLine>${escapeXml(line)}</rsp:CommandLine><rsp:CommandState>${escapeXml(state)}</rsp:CommandState></rsp:Command>`,
    ),
  );

const listResponse = (context: ResponseContext, items: readonly string[]): readonly XmlPart[] =>
  buildResponse(responseAction('Enumerate'), ['s', 'a', 'n', 'w', 'p'], context, [
    '<n:EnumerateResponse><n:EnumerationContext></n:EnumerationContext>' +
      (items.length === 0 ? '' : `<w:Items>${items.join('')}</w:Items>`) +
      '<w:EndOfSequence/></n:EnumerateResponse>',
  ]);

export const parseListShellsResponse = (body: XmlElement): readonly ShellDescription[] =>
  itemsOf(body, 'Shell').map((shell) => readShell(shell, idOf(shell, 'ShellId')));

export const parseListCommandsResponse = (body: XmlElement): readonly CommandDescription[] =>
  itemsOf(body, 'Command').map((command) => ({
    commandId: idOf(command, 'CommandId'),
    line: command.find(namespaces.rsp, 'CommandLine')?.text ?? '',
    state: command.textOf(namespaces.rsp, 'CommandState') ?? '',
  }));

function itemsOf(body: XmlElement, name: string): readonly XmlElement[] {
  const answer = body.get(namespaces.n, 'EnumerateResponse');
  if (answer.find(namespaces.w, 'EndOfSequence') === undefined)
    throw new ProtocolViolation('a list does not end where it was asked to end');
  return answer.find(namespaces.w, 'Items')?.findAll(namespaces.rsp, name) ?? [];
}

function idOf(item: XmlElement, name: string): string {
  const id = item.textOf(namespaces.rsp, name);
  if (!id) throw new ProtocolViolation(`a list has an entry without ${name}`);
  return id;
}

/** Asks for one shell, whatever runs in it. */
export const getShellRequest = (context: RequestContext, shellId: string): readonly XmlPart[] =>
  buildRequest('Get', context, { resourceUri: shellUri, shellId, body: [] });

export const getShellResponse = (context: ResponseContext, shell: ShellDescription): readonly XmlPart[] =>
  buildResponse(responseAction('Get'), ['s', 'a', 'x', 'w', 'p'], context, [writeShell(shell)]);

export function parseGetShellResponse(body: XmlElement): ShellDescription {
  const shell = body.get(namespaces.rsp, 'Shell');
  return readShell(shell, idOf(shell, 'ShellId'));
}
