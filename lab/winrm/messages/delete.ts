import type { XmlPart } from '../soap/xml-parts.ts';
import { responseAction } from './actions.ts';
import { type RequestContext, buildRequest } from './request.ts';
import { type ResponseContext, buildResponse } from './response.ts';

/** Closes a shell; what still runs in it is killed. */
export const deleteRequest = (context: RequestContext, shellId: string): readonly XmlPart[] =>
  buildRequest('Delete', context, { shellId, body: [] });

export const deleteResponse = (context: ResponseContext): readonly XmlPart[] =>
  buildResponse(responseAction('Delete'), ['s', 'a', 'w', 'p'], context, []);
