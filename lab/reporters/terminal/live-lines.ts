import { fitColumns, padColumns } from '../wording/display-width.ts';
import { plainLine } from '../wording/plain-text.ts';
import { elapsedText } from '../wording/quantity.ts';
import { NAME_COLUMNS } from './happening.ts';
import type { PaintedLine } from './live-region.ts';
import type { Paint } from './paint.ts';
import type { Activity, Running } from './running.ts';

/** Elapsed time is shown from here on; before, everything is quick. */
const ELAPSED_FROM_MS = 1000;

/** The live region: a line for the run, one for each step under way, one for each guest. No line is wider than `columns`. */
export function liveLines(running: Running, nowMs: number, columns: number, paint: Paint): readonly PaintedLine[] {
  const rows = [...running.steps, ...running.guests];
  if (rows.length === 0) return [];
  return [headLine(running, columns, paint), ...rows.map(([name, activity]) => activityLine(name, activity, nowMs, columns, paint))];
}

function headLine({ stoppedBy, cellsFinished, cellsPlanned }: Running, columns: number, paint: Paint): PaintedLine {
  const what = stoppedBy === undefined ? 'running' : `stopped by ${plainLine(stoppedBy, 20)}, cleaning up`;
  const plain = fitColumns(`─── ${what} · ${cellsFinished} of ${cellsPlanned} cells answered`, columns);
  return { plain, painted: paint(stoppedBy === undefined ? 'dim' : ['bold', 'yellow'], plain) };
}

function activityLine(name: string, activity: Activity, nowMs: number, columns: number, paint: Paint): PaintedLine {
  const elapsedMs = nowMs - activity.sinceMs;
  const elapsed = elapsedMs >= ELAPSED_FROM_MS ? ` ${elapsedText(elapsedMs)}` : '';
  const who = fitColumns(padColumns(plainLine(name, NAME_COLUMNS + 10), NAME_COLUMNS), columns);
  const doing = fitColumns(` ${plainLine(activity.doing, 200)}`, columns - who.length - elapsed.length);
  const rest = fitColumns(elapsed, columns - who.length - doing.length);
  return { plain: `${who}${doing}${rest}`, painted: `${paint('bold', who)}${doing}${paint('dim', rest)}` };
}
