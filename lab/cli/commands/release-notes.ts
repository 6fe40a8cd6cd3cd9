import path from 'node:path';
import { Option } from 'commander';
import { LabError } from '../../core/error.ts';
import type { LocalPath } from '../../core/ids.ts';
import { callUntil, callWithin } from '../../engine/deadline.ts';
import { exists, writeFileAtomic } from '../../host/files.ts';
import { readPlainFile } from '../../host/plain-file.ts';
import { makeReleaseNotes } from '../../steps/release-notes/make-release-notes.ts';
import { sectionsMarkdown } from '../../steps/release-notes/notes-markdown.ts';
import { usuallyLeftOut } from '../../steps/release-notes/release-notes.ts';
import { tellInChangelog, untoldIn } from '../../steps/release-notes/tell-in-changelog.ts';
import type { LabCommand } from '../lab-command.ts';
import { withJson, withProject } from '../options.ts';
import { type ProjectOptions, openProject } from '../project.ts';
import { workplaceIn } from '../workplace.ts';

const LIMIT_MS = 300_000;
const MOST_CHANGELOG_BYTES = 16 << 20;
const REJECTED = 1;

interface NotesOptions extends ProjectOptions {
  readonly since?: string;
  readonly for?: string;
  readonly date?: string;
  readonly leaveOut: string;
  readonly authors?: boolean;
  readonly write?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `lab release-notes`: what changed since the last release, and which version that makes. */
export const releaseNotesCommand: LabCommand = (command, context, finish) => {
  withJson(withProject(command), 'print the notes as JSON')
    .option('--since <tag>', 'begin after this tag or commit (default: the last release)')
    .option('--for <version>', 'the version to be released; refused where it does not fit the changes')
    .option('--date <day>', 'its date, as in 2026-11-21 (default: of the newest commit)')
    .option('--leave-out <types>', 'types of commits that are not told, separated by commas', usuallyLeftOut.join(','))
    .option('--authors', 'name who made each change')
    .addOption(new Option('--write', 'add to the changelog what it lacks; with --for, make its section for that version').conflicts('json'))
    .addOption(new Option('--check', 'write nothing; fail where the changelog lacks what the commits say').conflicts(['write', 'json']))
    .action(async (options: NotesOptions) => {
      const project = await openProject(options, context);
      const { clock } = workplaceIn(context);
      using call = callWithin(LIMIT_MS, 'making the release notes', clock, callUntil(context.signal));
      if (options.date !== undefined && !isDay(options.date))
        throw LabError.of('usage.invalid', { problem: `--date ${options.date} is no day such as 2026-11-21` });
      const { product } = project.config;
      const { changelog } = product.bundle;
      const made = await makeReleaseNotes(
        {
          folder: project.root,
          product,
          packageVersion: project.version,
          changelog,
          since: options.since,
          version: options.for,
          date: options.date,
          leftOut: options.leaveOut.split(',').map((type) => type.trim()),
          authors: options.authors === true,
        },
        call,
      );
      const { notes, links, previousTag, tag } = made;
      for (const warning of notes.warnings) context.stderr.write(`note: ${warning}\n`);
      if (options.json) {
        context.stdout.write(`${JSON.stringify(notes, undefined, 2)}\n`);
        return;
      }
      const telling = { file: changelog, sections: notes.sections, changes: made.changes, links };
      const file = path.join(project.root, changelog) as LocalPath;
      const before = (await exists(file)) ? (await readPlainFile(file, MOST_CHANGELOG_BYTES)).toString('latin1') : undefined;
      if (options.check) {
        const missing = untoldIn(before ?? '', telling, options.for);
        if (missing.length === 0) {
          context.stdout.write(`${changelog} tells of all ${notes.commits.count} commits since ${notes.last ?? 'the first'}\n`);
          return;
        }
        const count = missing.reduce((sum, { entries }) => sum + entries.length, 0);
        context.stdout.write(
          `${changelog} lacks ${count === 1 ? '1 entry' : `${count} entries`} (lab release-notes --write adds them):\n\n`,
        );
        context.stdout.write(sectionsMarkdown(missing, links));
        finish(REJECTED);
        return;
      }
      if (options.write) {
        const releasing = options.for === undefined ? undefined : { version: notes.version, date: notes.date, previousTag, tag };
        const after = tellInChangelog(before, telling, releasing);
        if (after !== before) await writeFileAtomic(file, Buffer.from(after, 'latin1'));
        context.stdout.write(`${changelog} ${after === before ? 'had everything already' : 'written'}\n`);
        return;
      }
      const text = sectionsMarkdown(notes.sections, links);
      context.stdout.write(`## [${notes.version}] - ${notes.date}\n\n${text === '' ? 'Nothing that readers would notice.\n' : text}`);
    });
};

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
