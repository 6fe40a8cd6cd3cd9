/**
 * The other end said something that the protocol does not allow. Thrown by everything that reads bytes from the wire; the client turns it into
 * a `winrm.protocol-violation`, the endpoint into a refusal. The message is a sentence without secrets.
 */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}
