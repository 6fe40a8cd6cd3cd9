import { buildEnvelope } from '../soap/envelope.ts';
import { type Prefix, anonymousRole } from '../soap/namespaces.ts';
import type { XmlPart } from '../soap/xml-parts.ts';
import { escapeXml } from '../soap/xml-text.ts';

/** What an answer says of itself and of the message it answers. */
export interface ResponseContext {
  readonly messageId: string;
  /** The request's MessageID, verbatim. Absent when the request could not be read that far. */
  readonly relatesTo?: string;
}

/** Builds an answer with the header Windows writes. `prefixes` are declared as Windows declares them for this kind of answer. */
export function buildResponse(
  action: string,
  prefixes: readonly Prefix[],
  context: ResponseContext,
  body: readonly XmlPart[],
  moreHeader = '',
): readonly XmlPart[] {
  const header =
    `<a:Action>${action}</a:Action><a:MessageID>${context.messageId}</a:MessageID><a:To>${anonymousRole}</a:To>` +
    (context.relatesTo === undefined ? '' : `<a:RelatesTo>${escapeXml(context.relatesTo)}</a:RelatesTo>`);
  return buildEnvelope(prefixes, header + moreHeader, body);
}
