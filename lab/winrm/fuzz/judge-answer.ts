import { XMLValidator } from 'fast-xml-parser';
import { parseFault } from '../faults/fault.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { namespaces } from '../soap/namespaces.ts';
import { parseXml } from '../soap/parse-xml.ts';

/** Above what any quota of these tests allows. */
const MOST_BYTES = 520_000;

/** What is wrong with an answer of the endpoint: it must be SOAP, and a fault exactly when its status is 500. `undefined` when nothing is. */
export function judgeAnswer(status: number, body: Buffer): string | undefined {
  if (status !== 200 && status !== 500) return body.length === 0 ? undefined : `HTTP ${status} carries a body`;
  if (body.length === 0) return undefined;
  if (body.length > MOST_BYTES) return `an answer has ${body.length} bytes`;
  const valid = XMLValidator.validate(body.toString());
  if (valid !== true) return `an answer is not well-formed: ${valid.err.msg}`;
  try {
    const root = parseXml(body, MOST_BYTES);
    const inner = root.name === 'Envelope' && root.namespace === namespaces.s ? root.find(namespaces.s, 'Body') : undefined;
    if (inner === undefined) return 'an answer is no SOAP envelope';
    const fault = parseFault(inner);
    if ((fault !== undefined) !== (status === 500)) return `HTTP ${status} ${fault ? 'carries a fault' : 'carries no fault'}`;
    // Windows gives no code for headers it does not understand.
    return fault !== undefined && fault.code === undefined && fault.value !== 'MustUnderstand' ? 'a fault has no code' : undefined;
  } catch (error) {
    if (error instanceof ProtocolViolation) return `an answer cannot be read: ${error.message}`;
    throw error;
  }
}
