import type { Random } from './random.ts';
import { commandId, shellIdMark } from './well-known-ids.ts';

const SHELL = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
const TRANSFER = 'http://schemas.xmlsoap.org/ws/2004/09/transfer';

/** Values that no field expects, or that another one does. */
const NASTY: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '1e999',
  'NaN',
  'Infinity',
  '0x10',
  '2147483648',
  '4294967296',
  '99999999999999999999999999',
  'PTNaNS',
  '-PT5S',
  'PT1E9S',
  'PT0S',
  'PT0.0000000001S',
  'P99999999D',
  'P1Y',
  'PT99999999999S',
  'TRUE',
  'true ',
  'yes',
  'stdout',
  'stdin stdin stdin',
  'pr',
  `${SHELL}/signal/terminate`,
  `${SHELL}/signal/ctrl_break`,
  `${SHELL}/cmd`,
  `${SHELL}/Receive`,
  `${TRANSFER}/Delete`,
  'http://schemas.microsoft.com/powershell/Microsoft.PowerShell',
  'http://[',
  'uuid:',
  shellIdMark,
  shellIdMark.toLowerCase(),
  `{${shellIdMark}}`,
  commandId,
  '00000000-0000-0000-0000-000000000000',
  '__proto__',
  'constructor',
  'toString',
  '\u{1f600}',
  '\u202e\u0085',
  'a\u0301'.repeat(50),
  '&quot;&lt;&gt;&amp;&apos;',
  '"<>&',
  '\u0007',
  'AAAA====',
  'AA\r\nAA',
  '%%%%',
  'cat',
  'flood',
  'quit -1',
];

/** A value that is wrong nearly everywhere, sometimes a very long one. */
export function nasty(random: Random): string {
  if (random.oneIn(30)) return random.pick(['x', '1', '/', '=', 'AAAA']).repeat(random.size(160_000));
  return random.pick(NASTY);
}
