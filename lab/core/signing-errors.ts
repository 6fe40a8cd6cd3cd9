import type { ErrorEntry } from './error-entry.ts';

/** What can go wrong when an executable is signed, or a signature is looked at. */
export const signingErrors = {
  'sign.not-executable': {
    kind: 'usage',
    message: '{file} is no Windows executable that can be signed: {reason}',
    hint: 'Give a 32- or 64-bit PE file that was not changed after it was built.',
  },
  'sign.signed-already': {
    kind: 'usage',
    message: '{file} is signed already, by {signer}',
    hint: 'Sign the executable as it was built; a signature is never replaced.',
  },
  'sign.bad-time': {
    kind: 'usage',
    message: 'SOURCE_DATE_EPOCH is {value}, which is no number of seconds since 1970',
    hint: 'Unset it, or set it to whole seconds: `git log -1 --format=%ct` prints those of the last commit.',
  },
  'sign.no-password': {
    kind: 'usage',
    message: 'The password of the signing key cannot be had: {reason}',
    hint: 'Set the environment variable or write the file that `signing.signer.password` in lab.config.json names.',
  },
  'sign.wrong-password': {
    kind: 'usage',
    message: '{signer} does not open the key with the password it was given',
    hint: 'Correct what `signing.signer.password` in lab.config.json points to. Some tokens lock after a few wrong PINs: do not guess.',
  },
  'sign.key-differs': {
    kind: 'usage',
    message: 'The private key is not the one of the certificate',
    hint: 'Give the key and the certificate that belong together in `signing.signer` of lab.config.json.',
  },
  'sign.bad-authorities': {
    kind: 'usage',
    message: '{file} holds no certificates in PEM form: {reason}',
    hint: 'Give a file with one or more `BEGIN CERTIFICATE` blocks.',
  },
  'sign.no-tool': {
    kind: 'host',
    message: 'There is no {tool} on this machine: {reason}',
    hint: 'apt-get install osslsigncode; on Windows, signtool comes with the Windows SDK.',
  },
  'sign.no-engine': {
    kind: 'host',
    message: 'The OpenSSL engine for PKCS #11 is not at any of {places}',
    hint: 'apt-get install libengine-pkcs11-openssl, or name it in `signing.signer.engine` of lab.config.json.',
  },
  'sign.tool-failed': {
    kind: 'host',
    message: '{signer} did not sign {file}: {reason}',
    hint: '`lab doctor` tries the signer by itself; nothing was published.',
  },
  'sign.unfit-certificate': {
    kind: 'product',
    message: 'Windows would not take the certificate of {signer}: {problems}',
    hint: 'Sign with a code-signing certificate that is valid today, with those above it in the same file; nothing was published.',
  },
  'sign.wrong-signature': {
    kind: 'lab',
    message: 'The signature of {file} is not what it has to be: {problems}',
    hint: 'Nothing was published. Report it as a bug of the lab with the version of the signing tool.',
  },
  'sign.no-timestamp': {
    kind: 'host',
    message: 'No time-stamp server gave a time stamp: {reasons}',
    hint: 'Check the network and `signing.timestamps.servers` in lab.config.json; `demand` says whether a release may be without one.',
  },
  'sign.timestamp-refused': {
    kind: 'host',
    message: '{server}: {reason}',
    hint: 'The next server is asked. Put one that answers first in `signing.timestamps.servers` of lab.config.json.',
  },
} as const satisfies Record<string, ErrorEntry>;
