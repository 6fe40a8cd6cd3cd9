/** How loudly Vagrant says something. `success` and `warn` are rare. */
export const uiLevels = ['output', 'detail', 'info', 'success', 'warn', 'error'] as const;
export type UiLevel = (typeof uiLevels)[number];

/**
 * One line of `vagrant --machine-readable`, understood. `machine` is empty where a line is about no machine.
 *
 * `text` is a line that is no machine line at all: Vagrant prints some answers a second time as they are, Ruby its stack, a guest whatever it likes.
 */
export type VagrantMessage =
  | { readonly kind: 'ui'; readonly machine: string; readonly level: UiLevel; readonly text: string }
  | { readonly kind: 'progress'; readonly machine: string; readonly percent: number }
  | { readonly kind: 'error'; readonly errorClass: string; readonly text: string }
  | { readonly kind: 'action'; readonly machine: string; readonly action: string; readonly phase: 'start' | 'end' }
  | { readonly kind: 'state'; readonly machine: string; readonly state: string }
  | { readonly kind: 'data'; readonly machine: string; readonly type: string; readonly values: readonly string[] }
  | { readonly kind: 'text'; readonly text: string };

/** Longest line that is understood; of a longer one the beginning is kept as text. */
const MOST_LINE_CHARACTERS = 1 << 20;

// 1795260051,win10,action,up,start
const MACHINE_LINE = /^\d{9,12},([^,]*),([A-Za-z][A-Za-z0-9_-]*),(.*)$/s;
// Progress: 42% (Rate: 12.3M/s, Estimated time remaining: 0:00:02)
const PROGRESS = /^Progress: (\d{1,3})%/;

/**
 * Understands one line, without its end. Never throws: what is no machine line is text.
 *
 * Vagrant escapes commas, line feeds and carriage returns, but not the backslash, so that a line feed and a backslash with an `n` after it come out
 * the same (`MachineReadable#machine` of Vagrant's `ui.rb`). Both are taken for a line feed: where it matters, ask for the text that Vagrant prints
 * beside the machine line.
 */
export function readMachineLine(line: string): VagrantMessage {
  const bare = line.replace(/\r$/, '');
  if (bare.length > MOST_LINE_CHARACTERS) return { kind: 'text', text: bare.slice(0, MOST_LINE_CHARACTERS) };
  const found = MACHINE_LINE.exec(bare);
  if (!found) return { kind: 'text', text: withoutTerminalCodes(bare) };
  const [, machine = '', type = '', rest = ''] = found;
  const values = rest.split(',').map(unescaped);
  const [first = '', second = ''] = values;
  switch (type) {
    case 'ui':
      return said(machine, first, withoutTerminalCodes(second));
    case 'error-exit':
      return { kind: 'error', errorClass: first, text: withoutTerminalCodes(second) };
    case 'state':
      return { kind: 'state', machine, state: first };
    case 'action':
      return second === 'start' || second === 'end'
        ? { kind: 'action', machine, action: first, phase: second }
        : { kind: 'data', machine, type, values };
    // No `default`: the types are Vagrant's and its plug-ins', and there is no end of them.
  }
  return { kind: 'data', machine, type, values };
}

function said(target: string, level: string, message: string): VagrantMessage {
  const known = uiLevels.find((one) => one === level);
  const { machine, text } = withoutPrefix(target, message);
  const progress = PROGRESS.exec(text)?.[1];
  if (progress !== undefined) return { kind: 'progress', machine, percent: Math.min(100, Number(progress)) };
  return known === undefined
    ? { kind: 'data', machine, type: 'ui', values: [level, message] }
    : { kind: 'ui', machine, level: known, text };
}

/** Takes the name of the machine off that Vagrant puts before every line of a message for people; some lines have it only there. */
function withoutPrefix(target: string, message: string): { machine: string; text: string } {
  // '==> win10: Booting VM...', '    win10: Guest port: 5985'
  const found = /^(?:==>| {3}) ([A-Za-z0-9_-]+): ?/.exec(message);
  if (!found || (target !== '' && found[1] !== target)) return { machine: target, text: message };
  const machine = found[1] ?? target;
  const prefixes = [`==> ${machine}: `, `    ${machine}: `, `==> ${machine}:`, `    ${machine}:`];
  const text = message
    .split('\n')
    .map((line) => line.slice(prefixes.find((prefix) => line.startsWith(prefix))?.length ?? 0))
    .join('\n');
  return { machine, text };
}

const unescaped = (value: string): string => value.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r');

/** Without colours, cursor movements and overwritten beginnings: `\r\x1b[K    win10: Progress: 3%`. */
function withoutTerminalCodes(text: string): string {
  // ESC [ 0 K
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, '').replace(/^\r+/, '');
}
