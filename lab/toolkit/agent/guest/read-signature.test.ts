import * as fc from 'fast-check';
import t from 'tap';
import { portableExecutable } from '../../../testing/contracts/toolkit/portable-executable.ts';
import { signatureIn } from './read-signature.ts';

const factsOf = (file: Buffer): ReturnType<typeof signatureIn> =>
  signatureIn((offset, length) => (offset + length > file.length ? undefined : file.subarray(offset, offset + length)), file.length);

t.test('headers are read, whatever they claim', async (t) => {
  const signed = portableExecutable({ certificateBytes: 100 });
  t.same(factsOf(signed), { isPortableExecutable: true, certificateTableBytes: 100 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(signed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(signed.length),
      (flips, end) => {
        const bytes = Buffer.from(signed);
        for (const [at, value] of flips) bytes[at] = value;
        const cut = bytes.subarray(0, end);
        const { certificateTableBytes } = factsOf(cut);
        return certificateTableBytes >= 0 && certificateTableBytes <= cut.length;
      },
    ),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      (bytes) => !factsOf(Buffer.concat([Buffer.from('MZ'), bytes])).isPortableExecutable || bytes.length > 100,
    ),
  );
});
