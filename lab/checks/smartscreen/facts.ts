import { z } from 'zod';
import { sha256Schema } from '../../core/bundle.ts';
import { windowsReleases } from '../../core/guest.ts';

const mark = z.strictObject({ zoneId: z.int(), hostUrl: z.string().max(4096).optional(), referrerUrl: z.string().max(4096).optional() });

export const smartScreenFacts = z.strictObject({
  $schema: z.literal('facts/smartscreen.v1.json'),
  bundle: z.strictObject({ product: z.string(), version: z.string(), digest: sha256Schema }),
  guest: z.strictObject({ os: z.enum(windowsReleases), osVersion: z.string(), emulator: z.string().optional() }),
  archive: z.strictObject({
    written: mark,
    readBack: mark.optional().meta({ description: 'Absent when the archive carried no mark afterwards' }),
  }),
  extracted: z.strictObject({
    tool: z.string().meta({ description: 'What unpacked the archive in the guest; Explorer would pass the mark on, others may not' }),
    executable: z.string(),
    mark: mark.optional().meta({ description: 'Of the executable as that tool wrote it' }),
  }),
  signature: z.strictObject({
    isPortableExecutable: z.boolean(),
    certificateTableBytes: z.int().min(0).meta({ description: '0 means unsigned' }),
    digestMatches: z.boolean().optional().meta({ description: 'Absent where nothing in the guest could check it' }),
    trustResult: z.string().optional().meta({ description: 'What WinVerifyTrust said; real Windows only' }),
    signer: z.string().max(1024).optional(),
    signerThumbprint: z.string().max(64).optional(),
  }),
});
export type SmartScreenFacts = z.infer<typeof smartScreenFacts>;
