/** Milliseconds as an `xs:duration` in seconds: `PT20S`, `PT0.5S`. */
export const writeDuration = (ms: number): string => `PT${ms / 1000}S`;

/** As Windows writes a limit: `PT7200.000S`. */
export const writeLimit = (ms: number): string => `PT${(ms / 1000).toFixed(3)}S`;

/** As Windows writes how long something has lasted, in whole seconds: `P0DT1H2M3S`. */
export function writeElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `P${Math.floor(seconds / 86_400)}DT${Math.floor(seconds / 3600) % 24}H${Math.floor(seconds / 60) % 60}M${seconds % 60}S`;
}

/** Reads the day-to-second part of an `xs:duration` in milliseconds; `undefined` for anything else. */
export function readDuration(text: string): number | undefined {
  // PT20S, PT60.000S, P0DT8H1M15S
  const match = /^P(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,10}(?:\.\d{1,9})?)S)?)?$/.exec(text.trim());
  if (!match || text.trim().length < 3) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number];
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}
