import type { HelpConfiguration, OutputConfiguration } from 'commander';
import type { Masker } from '../settings/masker.ts';
import type { GlobalChoices } from './global-options.ts';
import type { Emit, Surroundings } from './context.ts';
import { type Progress, noProgress } from './progress.ts';
import { screenOf } from './screen.ts';
import { streamWriter } from './stream-writer.ts';
import { noStyle } from './style.ts';
import { type TerminalProgress, terminalProgress } from './terminal-progress.ts';

/** Everything that a run of a command line says to whoever called it. All of it is masked. */
export interface Output {
  /** Where events go: lines of JSON or text for people. */
  readonly emitter: (choices: GlobalChoices) => Promise<Emit>;
  /** A line on standard error when that is a terminal where somebody watches. */
  readonly progress: (choices: GlobalChoices) => Progress;
  /** For help, which is told before the line is understood. */
  readonly forHelp: (choices: GlobalChoices) => { readonly output: OutputConfiguration; readonly help: HelpConfiguration };
  /** Where in the program a bug showed. */
  readonly tellTrace: (error: unknown) => Promise<void>;
  readonly flush: () => Promise<void>;
  /** Aborts when whoever read standard output has gone; what is written there from then on is dropped. */
  readonly unread: AbortSignal;
}

export function openOutput({ stdout, stderr, environment }: Surroundings, masker: Pick<Masker, 'mask'>): Output {
  let shown: TerminalProgress | undefined;
  const unread = new AbortController();
  const writerFor = (stream: typeof stdout): ReturnType<typeof streamWriter> =>
    streamWriter(stream, {
      mask: masker.mask,
      // A progress line is in the way of what comes to the same terminal, and only of that.
      before: () => (stream.isTTY === true ? shown?.clear() : undefined),
      onGone: () => (stream === stdout ? unread.abort() : undefined),
    });
  const [out, err] = [writerFor(stdout), writerFor(stderr)];

  return {
    unread: unread.signal,
    emitter: async (choices) => {
      if (choices.json) return (await import('./json-lines.ts')).jsonLines(out);
      const { humanText } = await import('./human-text.ts');
      const place = (writer: typeof out, stream: typeof stdout): Parameters<typeof humanText>[0] => ({
        writer,
        screen: screenOf(stream, environment, choices),
      });
      return humanText(place(out, stdout), place(err, stderr));
    },
    progress: (choices) => {
      const { CI: ci, TERM: terminal } = environment;
      const watched = stderr.isTTY === true && (!ci || ci === 'false') && terminal !== 'dumb';
      if (choices.json || !watched) return noProgress;
      const { style, columns } = screenOf(stderr, environment, choices);
      shown = terminalProgress({ write: (text) => void stderr.write(text), columns, style });
      return shown;
    },
    forHelp: (choices) => {
      const { style, columns } = screenOf(stdout, environment, choices);
      return {
        output: {
          writeOut: (text) => void out.write(text),
          // The parser takes the colours out of what it writes unless it is told that they may be there.
          getOutHasColors: () => style !== noStyle,
          getOutHelpWidth: () => columns() ?? USUAL_COLUMNS,
          getErrHelpWidth: () => USUAL_COLUMNS,
        },
        help: { styleTitle: style.bold, styleOptionTerm: style.cyan, styleSubcommandTerm: style.cyan, styleArgumentTerm: style.cyan },
      };
    },
    tellTrace: (error) => err.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`),
    flush: async () => {
      await out.flush();
      await err.flush();
    },
  };
}

const USUAL_COLUMNS = 80;
