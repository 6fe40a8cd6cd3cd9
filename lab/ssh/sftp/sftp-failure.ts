import type { StatusCode } from './sftp-protocol.ts';

/** Why a request of the file transfer protocol was not done, as the one end says and the other hears it (section 7). */
export class SftpFailure extends Error {
  override readonly name = 'SftpFailure';
  readonly code: StatusCode;

  constructor(code: StatusCode, message: string) {
    super(message);
    this.code = code;
  }
}
