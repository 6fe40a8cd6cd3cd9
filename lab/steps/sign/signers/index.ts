import type { Clock } from '../../../core/clock.ts';
import type { SignerConfig } from '../../../core/signing-config.ts';
import type { Signer, SignerParts } from '../signer.ts';
import { osslsigncodeSigner } from './osslsigncode.ts';
import { rehearsalSigner } from './rehearsal.ts';
import { signtoolSigner } from './signtool.ts';

/** The signer that a configuration names; `undefined` where nobody is to sign. */
export function signerFor(config: SignerConfig, parts: SignerParts, clock: Clock): Signer | undefined {
  switch (config.kind) {
    case 'none':
      return undefined;
    case 'rehearsal':
      return rehearsalSigner(parts, () => Date.parse(clock.now()));
    case 'pfx':
    case 'pem':
    case 'pkcs11':
    case 'engine':
      return osslsigncodeSigner(config, parts);
    case 'signtool':
      return signtoolSigner(config, parts);
  }
}
