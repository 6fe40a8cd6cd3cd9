import { createHash } from 'node:crypto';
import type { ScanFinding } from '../../core/scan.ts';

/**
 * A finding with its fingerprint: of code, file, part and what was found, not of the line, so that a suppression outlives edits above it. `subject` is
 * what tells it from others of its code in the file; default its message.
 */
export function scanFindingOf(
  code: string,
  severity: ScanFinding['severity'],
  message: string,
  fix: string,
  where?: NonNullable<ScanFinding['where']>,
  subject: string = message,
): ScanFinding {
  const fingerprint = createHash('sha256')
    .update([code, where?.path ?? '', where?.part ?? '', subject].join('\0'))
    .digest('hex')
    .slice(0, 16);
  return { code, severity, message, fix, ...(where ? { where } : {}), fingerprint };
}
