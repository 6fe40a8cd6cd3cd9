import { ProtocolViolation } from '../protocol-violation.ts';
import { configUri, namespaces } from '../soap/namespaces.ts';
import type { XmlElement } from '../soap/xml-element.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { responseAction } from './actions.ts';
import { type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';
import { type Setting, type WinrmConfig, configSchema } from './config-schema.ts';

/** Asks for the service's settings; administrators only. */
export const configRequest = (context: RequestContext): readonly XmlPart[] =>
  buildRequest('Get', context, { resourceUri: configUri, body: [] });

export const configResponse = (context: ResponseContext, config: WinrmConfig): readonly XmlPart[] =>
  buildResponse(responseAction('Get'), ['s', 'a', 'x', 'w', 'p'], context, [
    `<cfg:Config xmlns:cfg="${namespaces.cfg}">${write(configSchema, config)}</cfg:Config>`,
  ]);

/** Reads the settings. What is absent, unknown or not of its type counts as not said; only an answer without settings is refused. */
export function parseConfigResponse(body: XmlElement): WinrmConfig {
  const config = body.find(namespaces.cfg, 'Config');
  if (config === undefined) throw new ProtocolViolation('the answer to Get holds no settings');
  return read(configSchema, config);
}

function write(settings: readonly Setting[], values: object): string {
  return settings
    .map((setting) => {
      const value = (values as Readonly<Record<string, unknown>>)[setting.key];
      if (value === undefined) return '';
      const all = setting.kind === 'groups' ? (value as readonly object[]) : [value];
      return all.map((one) => `<cfg:${setting.element}>${writeValue(setting, one)}</cfg:${setting.element}>`).join('');
    })
    .join('');
}

function writeValue(setting: Setting, value: unknown): string {
  switch (setting.kind) {
    case 'group':
    case 'groups':
      return write(setting.settings, value as object);
    case 'text':
    case 'number':
    case 'flag':
      return escapeXml(String(value));
  }
}

function read(settings: readonly Setting[], element: XmlElement): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const setting of settings) {
    const found = element.findAll(namespaces.cfg, setting.element);
    const [first] = found;
    if (first === undefined) continue;
    const value = setting.kind === 'groups' ? found.map((one) => read(setting.settings, one)) : readValue(setting, first);
    if (value !== undefined) values[setting.key] = value;
  }
  return values;
}

function readValue(setting: Exclude<Setting, { kind: 'groups' }>, element: XmlElement): unknown {
  const text = element.text.trim();
  switch (setting.kind) {
    case 'group':
      return read(setting.settings, element);
    case 'text':
      return text;
    case 'number':
      // 4294967295
      return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'flag':
      return { true: true, false: false }[text.toLowerCase()];
  }
}
