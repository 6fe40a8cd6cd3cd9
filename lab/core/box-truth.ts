import { z } from 'zod';

const text = z.string().max(1024);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const list = z.array(text).max(1000);

/** What a machine says of one thing: the value, that there can be none here, or that it did not say. */
const fact = <T extends z.ZodType>(value: T, description: string) =>
  z
    .discriminatedUnion('state', [
      z.strictObject({ state: z.literal('known'), value }),
      z.strictObject({ state: z.literal('not-applicable'), reason: text }),
      z.strictObject({ state: z.literal('unknown'), reason: text }),
    ])
    .meta({ description });

/** What a guest is asked about itself before any check. */
const asked = {
  system: fact(text, '`windows`, or what behaves like it: `Wine 10.0`'),
  osBuild: fact(count, 'Build number: 19045'),
  osRevision: fact(count, 'Number of the cumulative update within the build'),
  edition: fact(text, '`Enterprise`, `Professional`, `EnterpriseEval`'),
  activation: fact(text, '`licensed`, `grace`, `notification`, `unlicensed`, `non-genuine`'),
  licenceDaysLeft: fact(count, 'Whole days until an evaluation or a grace period ends'),
  realTimeProtection: fact(z.boolean(), 'Whether Microsoft Defender looks at files as they are used'),
  defenderMode: fact(text, '`Normal`, `Passive Mode`, `EDR Block Mode`, `Not running`'),
  engineVersion: fact(text, 'Version of Defender’s engine'),
  signatureVersion: fact(text, 'Version of Defender’s signatures'),
  signatureAgeDays: fact(count, 'Age of Defender’s signatures; 4294967295 where there have never been any'),
  tamperProtection: fact(z.boolean(), 'Whether Defender’s settings can be changed by others than the user'),
  exclusions: fact(list, 'What Defender leaves out: `ExclusionPath: C:\\`'),
  smartScreen: fact(text, 'SmartScreen for files: `default`, `warn`, `block` or `off`'),
  smartAppControl: fact(text, 'Smart App Control of Windows 11: `off`, `evaluation` or `enforce`'),
  uac: fact(z.boolean(), 'Whether User Account Control is on'),
  elevated: fact(z.boolean(), 'Whether the lab’s own log-in is an administrator’s'),
  upSeconds: fact(count, 'Seconds since the start'),
  powerPlan: fact(text, 'The power plan in use, by its GUID'),
  freeDiskBytes: fact(count, 'Free bytes on the drive C:'),
  interactiveSession: fact(z.boolean(), 'Whether somebody is logged on at the screen'),
  pendingReboot: fact(list, 'Who waits for a restart'),
  language: fact(text, 'Language that Windows was installed in: `en-US`'),
  codePage: fact(text, 'Code page of programs that know no Unicode: `1252`'),
  runtimes: fact(list, 'Runtimes that a program could lean on without anybody having noticed'),
  networkCategories: fact(list, '`public`, `private` or `domain`, one a network'),
  powershell: fact(text, 'Version of PowerShell and its language mode: `5.1.26100.1 FullLanguage`'),
} as const;

/** A clock by itself says nothing: it is compared with the lab's when the answer arrives. */
const clockUnixMs = fact(count, 'The clock, in milliseconds since 1970');
const clockSkewMs = fact(z.int(), 'How far the clock is ahead of the lab’s; what the answer took on its way is allowed for');

/** What a toolkit answers with. */
export const boxAnswer = z.strictObject({ ...asked, clockUnixMs });
export type BoxAnswer = z.infer<typeof boxAnswer>;

/** What a guest really is: `facts/box-truth.v1.json`. */
export const boxTruth = z.strictObject({ ...asked, clockSkewMs });
export type BoxTruth = z.infer<typeof boxTruth>;
export type BoxFactName = keyof BoxTruth;
export type BoxFact = BoxTruth[BoxFactName];

/** All facts, in the order in which they are shown. */
export const boxFactNames = Object.keys(boxTruth.shape) as readonly BoxFactName[];

/** What the schema says of a fact, for people. */
export const boxFactDescription = (name: BoxFactName): string => boxTruth.shape[name].description ?? '';

/** What a toolkit can put right without a restart. */
export const repairableFacts = ['realTimeProtection', 'signatureAgeDays', 'exclusions', 'smartScreen', 'powerPlan', 'clockSkewMs'] as const;
export type RepairableFact = (typeof repairableFacts)[number];
export const isRepairable = (name: BoxFactName): name is RepairableFact => (repairableFacts as readonly string[]).includes(name);

/** What came of one repair. That it was done does not mean that it helped: the next reading says so. */
export const boxRepair = z.strictObject({ fact: z.enum(repairableFacts), done: z.boolean(), problem: text.optional() });
export type BoxRepair = z.infer<typeof boxRepair>;

/** A fact in words: `19045`, `none`, `not applicable: emulated`. */
export function boxFactText(found: BoxFact): string {
  switch (found.state) {
    case 'known':
      return Array.isArray(found.value) ? found.value.join(', ') || 'none' : String(found.value);
    case 'not-applicable':
      return `not applicable: ${found.reason}`;
    case 'unknown':
      return `unknown: ${found.reason}`;
  }
}
