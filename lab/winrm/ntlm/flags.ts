/** Negotiate flags ([MS-NLMP] 2.2.2.5). */
export const flags = {
  unicode: 0x0000_0001,
  oem: 0x0000_0002,
  requestTarget: 0x0000_0004,
  sign: 0x0000_0010,
  seal: 0x0000_0020,
  ntlm: 0x0000_0200,
  alwaysSign: 0x0000_8000,
  targetTypeServer: 0x0002_0000,
  extendedSessionSecurity: 0x0008_0000,
  targetInfo: 0x0080_0000,
  version: 0x0200_0000,
  key128: 0x2000_0000,
  keyExchange: 0x4000_0000,
  key56: 0x8000_0000,
} as const;

const union = (...all: readonly number[]): number => all.reduce((sum, flag) => (sum | flag) >>> 0, 0);

/** What both ends here ask for: Unicode, signed and sealed under 128-bit keys that are exchanged. */
export const wantedFlags: number = union(
  flags.unicode,
  flags.requestTarget,
  flags.sign,
  flags.seal,
  flags.ntlm,
  flags.alwaysSign,
  flags.extendedSessionSecurity,
  flags.targetInfo,
  flags.version,
  flags.key128,
  flags.keyExchange,
  flags.key56,
);

/** Without these there are no integrity codes worth the name. */
export const signingFlags: number = union(flags.sign, flags.extendedSessionSecurity, flags.key128);

/** Without these there is no sealing worth the name. */
export const sealingFlags: number = union(signingFlags, flags.seal);

/** Whether all of `wanted` are among `given`. */
export const hasFlags = (given: number, wanted: number): boolean => (given & wanted) >>> 0 === wanted >>> 0;

/** Whether a session key of its own is sent with the last token ([MS-NLMP] 3.2.5.1.2): only where there is something to protect with it. */
export const exchangesKey = (given: number): boolean => hasFlags(given, flags.keyExchange) && (given & (flags.sign | flags.seal)) !== 0;

/** The flags of a set by name, for messages. */
export const namesOf = (set: number): readonly string[] =>
  Object.entries(flags)
    .filter(([, flag]) => hasFlags(set, flag))
    .map(([name]) => name);
