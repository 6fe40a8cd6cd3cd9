import { ProtocolViolation } from '../protocol-violation.ts';
import { cmdShellUri, namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { type Request, type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';

/** How a shell is opened ([MS-WSMV] 2.2.4.37). */
export interface CreateRequest {
  readonly workingDirectory?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** 65001 is UTF-8. */
  readonly codePage: number;
  readonly noProfile: boolean;
}

export function createRequest(context: RequestContext, request: CreateRequest): readonly XmlPart[] {
  const variables = Object.entries(request.environment).map(
    ([name, value]) => `<rsp:Variable Name="${escapeXml(name)}">${escapeXml(value)}</rsp:Variable>`,
  );
  return buildRequest('Create', context, {
    options: { WINRS_NOPROFILE: request.noProfile ? 'TRUE' : 'FALSE', WINRS_CODEPAGE: String(request.codePage) },
    // The order of the elements is part of the schema.
    body: [
      '<rsp:Shell>',
      ...(variables.length === 0 ? [] : [`<rsp:Environment>${variables.join('')}</rsp:Environment>`]),
      ...(request.workingDirectory === undefined
        ? []
        : [`<rsp:WorkingDirectory>${escapeXml(request.workingDirectory)}</rsp:WorkingDirectory>`]),
      '<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>',
    ],
  });
}

export function parseCreateRequest(request: Request): CreateRequest {
  const shell = request.body.get(namespaces.rsp, 'Shell');
  const variables = shell.find(namespaces.rsp, 'Environment')?.findAll(namespaces.rsp, 'Variable') ?? [];
  const workingDirectory = shell.textOf(namespaces.rsp, 'WorkingDirectory');
  const codePage = Number(request.options.get('WINRS_CODEPAGE') ?? 437);
  if (!Number.isInteger(codePage) || codePage < 0) throw new ProtocolViolation('WINRS_CODEPAGE is not a number');
  return {
    ...(workingDirectory ? { workingDirectory } : {}),
    environment: Object.fromEntries(variables.map((variable) => [variable.attributes.get('Name') ?? '', variable.text])),
    codePage,
    noProfile: request.options.get('WINRS_NOPROFILE')?.toUpperCase() === 'TRUE',
  };
}

/** The shell that was opened. */
export interface CreateResponse {
  readonly shellId: string;
  /** Who it belongs to; older services do not say. */
  readonly owner?: string;
}

export const createResponse = (
  context: ResponseContext,
  address: string,
  clientIp: string,
  idleTimeoutMs: number,
  response: Required<CreateResponse>,
): readonly XmlPart[] =>
  buildResponse(responseAction('Create'), ['s', 'a', 'x', 'w', 'rsp', 'p'], context, [
    `<x:ResourceCreated><a:Address>${escapeXml(address)}</a:Address><a:ReferenceParameters><w:ResourceURI>${cmdShellUri}</w:ResourceURI>` +
      `<w:SelectorSet><w:Selector Name="ShellId">${response.shellId}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>` +
      `<rsp:Shell xmlns:rsp="${namespaces.rsp}"><rsp:ShellId>${response.shellId}</rsp:ShellId><rsp:ResourceUri>${cmdShellUri}</rsp:ResourceUri>` +
      `<rsp:Owner>${escapeXml(response.owner)}</rsp:Owner><rsp:ClientIP>${escapeXml(clientIp)}</rsp:ClientIP>` +
      `<rsp:IdleTimeOut>PT${(idleTimeoutMs / 1000).toFixed(3)}S</rsp:IdleTimeOut><rsp:InputStreams>stdin</rsp:InputStreams>` +
      '<rsp:OutputStreams>stdout stderr</rsp:OutputStreams><rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>',
  ]);

export function parseCreateResponse(body: XmlElement): CreateResponse {
  const shell = body.find(namespaces.rsp, 'Shell');
  // Windows Server 2008 R2 leaves rsp:Shell out.
  const selectors = body
    .find(namespaces.x, 'ResourceCreated')
    ?.find(namespaces.a, 'ReferenceParameters')
    ?.find(namespaces.w, 'SelectorSet');
  const selector = selectors?.findAll(namespaces.w, 'Selector').find((one) => one.attributes.get('Name')?.toUpperCase() === 'SHELLID');
  const shellId = shell?.textOf(namespaces.rsp, 'ShellId') ?? selector?.text.trim();
  if (!shellId) throw new ProtocolViolation('the answer to Create names no shell');
  const owner = shell?.textOf(namespaces.rsp, 'Owner');
  return { shellId, ...(owner === undefined ? {} : { owner }) };
}
