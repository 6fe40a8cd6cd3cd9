import { SftpFailure } from '../../../../ssh/sftp/sftp-failure.ts';
import { statusCodes } from '../../../../ssh/sftp/sftp-protocol.ts';
import { Refusal, errnoOf } from '../refusal.ts';

/** Turns anything thrown into a failure; version 3 knows few reasons, the rest stands in the message. */
export function toFailure(error: unknown): SftpFailure {
  if (error instanceof SftpFailure) return error;
  const errno = errnoOf(error);
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SftpFailure(statusCodes.noSuchFile, 'there is no such file');
    case 'EACCES':
    case 'EPERM':
      return new SftpFailure(statusCodes.permissionDenied, 'access is denied');
    case undefined:
    default:
      return new SftpFailure(statusCodes.failure, error instanceof Refusal ? error.message : (errno ?? String(error)));
  }
}
