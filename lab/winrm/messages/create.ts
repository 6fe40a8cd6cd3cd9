import { ProtocolViolation } from '../protocol-violation.ts';
import { cmdShellUri, namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { readDuration, writeDuration } from './duration.ts';
import { type Request, type RequestContext, type RequestOption, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';
import { type ShellDescription, readEnvironment, readShell, writeEnvironment, writeShell } from './shell-description.ts';

/** How a shell is opened ([MS-WSMV] 2.2.4.37). */
export interface CreateRequest {
  /** Chosen by the client, or by the server when absent. */
  readonly shellId?: string;
  /** For those who list shells; means nothing to the service. */
  readonly name?: string;
  /** Variables beside those of the user. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absent: the user's profile. */
  readonly workingDirectory?: string;
  /** After which the shell is closed, used or not. */
  readonly lifetimeMs?: number;
  /** Unused for so long, the shell is closed. Absent: as the service is set. */
  readonly idleTimeoutMs?: number;
  /** Of the shell's console; 65001 is UTF-8. Absent: the guest's own. */
  readonly codePage?: number;
  /** Whether the user's profile stays unloaded. Absent: it is loaded. */
  readonly noProfile?: boolean;
}

export function createRequest(context: RequestContext, request: CreateRequest): readonly XmlPart[] {
  const { shellId, name, workingDirectory, lifetimeMs, idleTimeoutMs, codePage, noProfile } = request;
  const options: RequestOption[] = [];
  // A service that cannot leave the profile out must say so; whether one is loaded can be told from every program's environment.
  if (noProfile !== undefined) options.push({ name: 'WINRS_NOPROFILE', value: noProfile ? 'TRUE' : 'FALSE', mustComply: noProfile });
  if (codePage !== undefined) options.push({ name: 'WINRS_CODEPAGE', value: String(codePage) });
  return buildRequest('Create', context, {
    options,
    // The order of the elements is that of the schema.
    body: [
      `<rsp:Shell${shellId === undefined ? '' : ` ShellId="${escapeXml(shellId)}"`}>`,
      name === undefined ? '' : `<rsp:Name>${escapeXml(name)}</rsp:Name>`,
      writeEnvironment(request.environment),
      workingDirectory === undefined ? '' : `<rsp:WorkingDirectory>${escapeXml(workingDirectory)}</rsp:WorkingDirectory>`,
      lifetimeMs === undefined ? '' : `<rsp:Lifetime>${writeDuration(lifetimeMs)}</rsp:Lifetime>`,
      idleTimeoutMs === undefined ? '' : `<rsp:IdleTimeOut>${writeDuration(idleTimeoutMs)}</rsp:IdleTimeOut>`,
      '<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>',
    ],
  });
}

/** Every answer about a shell may carry its id. */
const MOST_ID_CHARACTERS = 256;

export function parseCreateRequest(request: Request): CreateRequest {
  const shell = request.body.get(namespaces.rsp, 'Shell');
  const shellId = shell.attributes.get('ShellId');
  if (shellId !== undefined && shellId.length > MOST_ID_CHARACTERS) throw new ProtocolViolation('a ShellId is far longer than an id');
  const name = shell.textOf(namespaces.rsp, 'Name');
  const workingDirectory = shell.textOf(namespaces.rsp, 'WorkingDirectory');
  const lifetimeMs = durationOf(shell, 'Lifetime');
  const idleTimeoutMs = durationOf(shell, 'IdleTimeOut');
  const codePage = request.options.get('WINRS_CODEPAGE')?.trim();
  const noProfile = request.options.get('WINRS_NOPROFILE')?.trim().toUpperCase();
  // 65001
  if (codePage !== undefined && !/^\d{1,5}$/.test(codePage)) throw new ProtocolViolation('WINRS_CODEPAGE is not a number');
  return {
    ...(shellId ? { shellId } : {}),
    ...(name ? { name } : {}),
    environment: readEnvironment(shell) ?? {},
    ...(workingDirectory ? { workingDirectory } : {}),
    ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    ...(codePage === undefined ? {} : { codePage: Number(codePage) }),
    ...(noProfile === undefined ? {} : { noProfile: noProfile === 'TRUE' }),
  };
}

function durationOf(shell: XmlElement, name: string): number | undefined {
  const written = shell.textOf(namespaces.rsp, name);
  if (!written) return undefined;
  const ms = readDuration(written);
  if (ms === undefined) throw new ProtocolViolation(`${name} is not a duration`);
  return ms;
}

/** Answers Create: how to address the shell from now on, and what it is. */
export const createResponse = (context: ResponseContext, address: string, shell: ShellDescription): readonly XmlPart[] =>
  buildResponse(responseAction('Create'), ['s', 'a', 'x', 'w', 'rsp', 'p'], context, [
    `<x:ResourceCreated><a:Address>${escapeXml(address)}</a:Address><a:ReferenceParameters><w:ResourceURI>${cmdShellUri}</w:ResourceURI>` +
      `<w:SelectorSet><w:Selector Name="ShellId">${escapeXml(shell.shellId)}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>`,
    writeShell(shell),
  ]);

/** The shell that was opened. */
export function parseCreateResponse(body: XmlElement): ShellDescription {
  const shell = body.find(namespaces.rsp, 'Shell');
  // Windows Server 2008 R2 leaves rsp:Shell out.
  const selectors = body
    .find(namespaces.x, 'ResourceCreated')
    ?.find(namespaces.a, 'ReferenceParameters')
    ?.find(namespaces.w, 'SelectorSet');
  const selector = selectors?.findAll(namespaces.w, 'Selector').find((one) => one.attributes.get('Name')?.toUpperCase() === 'SHELLID');
  const shellId = shell?.textOf(namespaces.rsp, 'ShellId') ?? selector?.text.trim();
  if (!shellId) throw new ProtocolViolation('the answer to Create names no shell');
  return shell === undefined ? { shellId } : readShell(shell, shellId);
}
