import semver from 'semver';
import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { cancelReverts } from './cancel-reverts.ts';
import { HASH_DIGITS } from './notes-markdown.ts';
import { type Change, parseCommit } from './parse-commit.ts';
import { readCommits } from './read-commits.ts';
import { type Repository, readRepository, resolveRevision } from './read-repository.ts';
import { type ReleaseNotes, demandOf, isTold, sectionsOf } from './release-notes.ts';
import { type Demand, type VersionBasis, demands, leastVersion, versionOfTag, versionProblem } from './version-rules.ts';
import { type WebLinks, webLinksFor } from './web-links.ts';

export interface NotesRequest {
  readonly folder: LocalPath;
  readonly product: { readonly name: string; readonly repository?: string | undefined };
  /** As `package.json` has it. */
  readonly packageVersion: string;
  /** File that notes are kept in, relative to the folder. */
  readonly changelog: string;
  /** Tag, branch or commit to begin after; absent: the last release. */
  readonly since?: string | undefined;
  /** The version that is to be released; absent: the one in `package.json` where it fits, else the least that does. */
  readonly version?: string | undefined;
  /** UTC, `2026-11-21`; absent: the day of the newest commit. */
  readonly date?: string | undefined;
  /** Types of commits that are not told. */
  readonly leftOut: readonly string[];
  readonly authors: boolean;
}

/** Notes, and what else a changelog needs to know. */
export interface MadeNotes {
  readonly notes: ReleaseNotes;
  readonly changes: readonly Change[];
  readonly links: WebLinks | undefined;
  readonly previousTag?: string;
  /** Tag for the version, written as the tags before. */
  readonly tag: string;
}

const MOST_DEMANDING = 10;

/**
 * Makes the notes of the next version from the commits since the last one. The same repository and request give the same notes. A version that does
 * not fit the changes is refused with `release-notes.version-refused`, which names the commits that demand more.
 */
export async function makeReleaseNotes(request: NotesRequest, call: Call): Promise<MadeNotes> {
  const repository = await readRepository(request.folder, call);
  const releases = repository.tags.flatMap((tag) => {
    const version = versionOfTag(tag.name);
    return version === undefined ? [] : [{ ...tag, version }];
  });
  const merged = releases
    .filter(({ isMerged }) => isMerged)
    .toSorted((a, b) => semver.rcompare(a.version, b.version) || (a.name < b.name ? -1 : 1));
  const last = merged[0];
  const lastStable = merged.find(({ version }) => semver.prerelease(version) === null);
  const sinceStable = await changesBetween(repository, lastStable?.commit, call);
  const from = request.since === undefined ? last?.commit : await resolveRevision(repository, request.since, call);
  const changes = from === lastStable?.commit ? sinceStable : await changesBetween(repository, from, call);

  const demanding = cancelReverts(sinceStable).changes;
  const demand = strongest(demanding.map(demandOf));
  const basis: VersionBasis = {
    last: last?.version,
    lastStable: lastStable?.version,
    tagged: releases.map(({ version }) => version),
    demand,
  };
  const demandedBy =
    demand === 'nothing'
      ? []
      : demanding
          .filter((change) => demandOf(change) === demand)
          .slice(0, MOST_DEMANDING)
          .map(inShort);
  const version = request.version === undefined ? fitting(request.packageVersion, basis) : checked(request, basis, demandedBy);

  const standing = cancelReverts(changes);
  const told = standing.changes.filter((change) => isTold(change, request));
  const unseen = repository.changedFiles.filter((file) => file !== request.changelog);
  return {
    notes: {
      $schema: 'release-notes.v1.json',
      product: request.product.name,
      version,
      least: leastVersion(basis),
      ...(last === undefined ? {} : { last: last.version }),
      demand,
      demandedBy,
      date: request.date ?? repository.headDay,
      commits: {
        ...(from === undefined ? {} : { since: from }),
        until: repository.head,
        count: changes.length,
        leftOut: standing.changes.length - told.length,
        takenBack: standing.cancelled.size,
      },
      sections: [...sectionsOf(standing.changes, request)],
      warnings: [
        ...(unseen.length === 0 ? [] : [`${unseen.length} changed files are in no commit, so the notes do not tell of them`]),
        ...changes
          .filter(({ isCut }) => isCut)
          .map(({ hash }) => `the message of ${hash.slice(0, HASH_DIGITS)} is too long; only its beginning was read`),
        ...packageWarning(request, basis),
      ],
    },
    changes,
    links: webLinksFor({ configured: request.product.repository, remote: repository.remote }),
    ...previousTagOf(request.since, last?.name),
    tag: `${last === undefined || last.name.startsWith('v') ? 'v' : ''}${version}`,
  };
}

async function changesBetween({ folder, head }: Repository, from: string | undefined, call: Call): Promise<readonly Change[]> {
  const changes: Change[] = [];
  await readCommits(folder, { from, to: head }, (commit) => changes.push(parseCommit(commit)), call);
  return changes;
}

const strongest = (all: readonly Demand[]): Demand => demands.findLast((demand) => all.includes(demand)) ?? 'nothing';

const inShort = ({ hash, header }: Change): string =>
  `${hash.slice(0, HASH_DIGITS)} ${header.length > 100 ? `${header.slice(0, 99)}…` : header}`;

const fitting = (version: string, basis: VersionBasis): string =>
  versionProblem(version, basis) === undefined ? version : leastVersion(basis);

function checked({ version = '', packageVersion }: NotesRequest, basis: VersionBasis, demandedBy: readonly string[]): string {
  const problem = versionProblem(version, basis);
  if (problem !== undefined) {
    const reason =
      problem.kind === 'too-small' ? `${problem.reason}:\n${demandedBy.map((line) => `  ${line}`).join('\n')}` : problem.reason;
    throw LabError.of('release-notes.version-refused', { version, reason, fix: `The least version that fits is ${problem.least}.` });
  }
  if (version !== packageVersion) {
    const fix = `Make them the same: npm version ${version} --no-git-tag-version`;
    throw LabError.of('release-notes.version-refused', {
      version,
      reason: `package.json says ${packageVersion}, and the build goes by that`,
      fix,
    });
  }
  return version;
}

/** That nobody has raised the version yet is as it should be; that it was raised to one that does not fit is not. */
function packageWarning({ version, packageVersion }: NotesRequest, basis: VersionBasis): readonly string[] {
  if (version !== undefined || packageVersion === basis.last) return [];
  const problem = versionProblem(packageVersion, basis);
  return problem === undefined ? [] : [`package.json says ${packageVersion}, which cannot be the next version: ${problem.reason}`];
}

function previousTagOf(since: string | undefined, last: string | undefined): { readonly previousTag?: string } {
  const previousTag = since ?? last;
  return previousTag === undefined ? {} : { previousTag };
}
