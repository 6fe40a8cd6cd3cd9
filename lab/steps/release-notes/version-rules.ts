import semver from 'semver';

/** What a set of changes asks of the next version. */
export type Demand = 'breaking' | 'feature' | 'fix' | 'nothing';

/** From the mildest to the strongest. */
export const demands: readonly Demand[] = ['nothing', 'fix', 'feature', 'breaking'];

/** What the next version is held against. Versions are valid Semantic Versioning 2.0.0, without a leading `v`. */
export interface VersionBasis {
  /** The highest version in the history; absent before the first release. */
  readonly last?: string | undefined;
  /** The highest one that is no pre-release: what demands count from. */
  readonly lastStable?: string | undefined;
  /** Versions of all tags, also those on other branches. */
  readonly tagged: readonly string[];
  /** The strongest demand of the changes since `lastStable`. */
  readonly demand: Demand;
}

/** Why a version cannot be the next one, and what could. */
export interface VersionProblem {
  readonly kind: 'not-a-version' | 'tagged' | 'not-higher' | 'too-small';
  readonly reason: string;
  /** The least version that fits. */
  readonly least: string;
}

/** The first version of a product that has none. */
const FIRST = '0.1.0';

/**
 * The least stable version that fits. A breaking change raises the first number, a feature the second, anything else the third (Semantic Versioning
 * 2.0.0, sections 6 to 8). Before 1.0.0 a breaking change raises the second: section 4 promises nothing there, and the first number has to be raised
 * on purpose.
 */
export function leastVersion({ last, lastStable, tagged, demand }: VersionBasis): string {
  const demanded = lastStable === undefined ? FIRST : (raised(lastStable, demand) ?? FIRST);
  const fits = (version: string): boolean =>
    !tagged.some((one) => semver.eq(one, version)) && (last === undefined || semver.gt(version, last));
  let least = last !== undefined && semver.gt(last, demanded) ? coreOf(last) : demanded;
  while (!fits(least)) least = semver.inc(least, 'patch') ?? FIRST;
  return least;
}

/** Whether a version may follow. A pre-release of a version must be of one that may: `2.0.0-beta.1` where 2.0.0 is demanded. */
export function versionProblem(wanted: string, basis: VersionBasis): VersionProblem | undefined {
  const { last, lastStable, tagged, demand } = basis;
  const least = leastVersion(basis);
  if (!isVersion(wanted)) return { kind: 'not-a-version', reason: 'it is no version as in Semantic Versioning 2.0.0', least };
  if (tagged.some((version) => semver.eq(version, wanted))) return { kind: 'tagged', reason: 'it is tagged already', least };
  if (last !== undefined && !semver.gt(wanted, last))
    return { kind: 'not-higher', reason: `${last} was there before and is higher`, least };
  const demanded = lastStable === undefined ? undefined : raised(lastStable, demand);
  if (demanded !== undefined && semver.lt(coreOf(wanted), demanded))
    return { kind: 'too-small', reason: `the changes since ${lastStable} demand ${demanded}`, least };
  return undefined;
}

/** `1.2.3` or `1.2.3-beta.4`, without `v` and without blanks. */
export const isVersion = (text: string): boolean =>
  /^\d/.test(text) && text.length <= 100 && semver.valid(text) !== null && text === text.trim();

/** The version that a tag names: `v1.2.3` and `1.2.3`. */
export function versionOfTag(tag: string): string | undefined {
  const text = tag.replace(/^v(?=\d)/, '');
  return isVersion(text) ? text : undefined;
}

/** A version without what makes it a pre-release. */
function coreOf(version: string): string {
  const { major, minor, patch } = semver.parse(version, { loose: false }) ?? { major: 0, minor: 0, patch: 0 };
  return `${major}.${minor}.${patch}`;
}

/** `lastStable` raised as far as is demanded; itself where nothing is. */
function raised(lastStable: string, demand: Demand): string | undefined {
  switch (demand) {
    case 'breaking':
      return semver.inc(lastStable, semver.major(lastStable) === 0 ? 'minor' : 'major') ?? undefined;
    case 'feature':
      return semver.inc(lastStable, 'minor') ?? undefined;
    case 'fix':
      return semver.inc(lastStable, 'patch') ?? undefined;
    case 'nothing':
      return lastStable;
  }
}
