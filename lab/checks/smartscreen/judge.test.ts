import path from 'node:path';
import t from 'tap';
import { judgeContract } from '../../testing/contracts/judge-contract.ts';
import { smartScreen } from './check.ts';

await judgeContract(t, {
  check: smartScreen,
  folder: path.join(import.meta.dirname, 'facts'),
  good: { file: 'unsigned.json', kind: 'skipped', assurance: 'emulated' },
  neutral: [
    /^\$schema$/,
    /^bundle\./,
    // They change what is predicted; nothing is decided by a prediction.
    /^guest\./,
    /^extracted\./,
    /^signature\.certificateTableBytes$/,
    // Not read back by every browser's reader.
    /\.referrerUrl$/,
  ],
});
