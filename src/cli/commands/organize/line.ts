import type { Command as CommandLine } from 'commander';
import { type DefineCommand, examples, newCommand } from '../../command-line.ts';

interface Given {
  readonly to?: string;
  readonly apply?: true;
  readonly copy?: true;
  readonly plan?: string;
  readonly fromPlan?: string;
  readonly resume?: true | string;
}

export const organizeLine: DefineCommand = (begin) =>
  newCommand('organize')
    .argument('[folder]', 'folder whose video files are put in order')
    .description(
      'Plan where each video file and what belongs to it goes and, with --apply, move it there. Without --apply nothing is changed.',
    )
    .option('--to <folder>', 'folder that holds the library; made when it does not exist. Else what the setting `library` says')
    .option('--apply', 'move the files; every move is written to rollback.jsonl first')
    .option('--copy', 'copy instead of moving')
    .option('--plan <file>', 'write the plan to a file')
    .option('--from-plan <file>', 'take the plan from a file, and show what is different by now')
    .option('--resume [operation]', 'go on with what was cut off: the newest, or the one with this id')
    .addHelpText(
      'after',
      examples([
        ['anivault organize D:\\Downloads --to D:\\Anime', 'what would move where'],
        ['anivault organize D:\\Downloads --to D:\\Anime --apply', 'move it'],
        ['anivault organize D:\\Downloads --to D:\\Anime --copy --apply', 'copy it'],
        ['anivault organize D:\\Downloads --to D:\\Anime --plan plan.json', 'keep the plan as a file'],
        ['anivault organize --from-plan plan.json --apply', 'do what the plan says, unless it is out of date'],
        ['anivault organize --resume --apply', 'finish what was cut off'],
        ['anivault rollback last', 'how it would be taken back'],
      ]),
    )
    .action((folder: string | undefined, given: Given, line) => {
      mustFit(folder, given, line);
      const apply = given.apply === true;
      if (given.fromPlan !== undefined) {
        return begin(async () => (await import('./from-plan.ts')).organizeFromPlan, { file: given.fromPlan, apply }, line);
      }
      if (given.resume !== undefined) {
        const operation = given.resume === true ? {} : { operation: given.resume };
        return begin(async () => (await import('./resume.ts')).organizeResume, { ...operation, apply }, line);
      }
      const { to, plan } = given;
      const options = {
        folder,
        apply,
        copy: given.copy === true,
        ...(to === undefined ? {} : { to }),
        ...(plan === undefined ? {} : { plan }),
      };
      return begin(async () => (await import('./command.ts')).organize, options, line);
    });

/** The plan comes from a folder, from a file, or from an operation that was cut off. Gives an error of use for anything else. */
function mustFit(folder: string | undefined, given: Given, line: CommandLine): asserts folder is string {
  const { fromPlan, resume } = given;
  const other = fromPlan !== undefined ? '--from-plan' : resume === undefined ? undefined : '--resume';
  if (other === undefined) {
    if (folder === undefined) line.error("error: missing required argument 'folder'");
    return;
  }
  if (folder !== undefined) line.error(`error: with ${other} no folder is named`);
  const foreign = (['to', 'copy', 'plan'] as const).find((name) => given[name] !== undefined);
  if (foreign !== undefined) line.error(`error: option '--${foreign}' cannot be used with '${other}'`);
  if (fromPlan !== undefined && resume !== undefined) line.error("error: option '--resume' cannot be used with '--from-plan'");
}
