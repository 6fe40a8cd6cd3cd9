/** An event as a stand-in for the program prints it. */
export type Json = Readonly<Record<string, unknown>>;

/** Events as lines. */
export const ndjson = (events: readonly Json[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

export const started = (command: string): Json => ({ type: 'started', schema: 'cli-event.v1', command, version: '1.2.3' });
