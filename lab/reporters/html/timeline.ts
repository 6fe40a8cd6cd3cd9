import { h } from 'preact';
import type { JournalLine } from '../../core/event.ts';
import type { RunRecord } from '../../core/record.ts';
import { durationText } from '../wording/quantity.ts';
import { type Bar, timelineLanes } from './timeline-lanes.ts';
import { errorNote } from './guests.ts';
import { type Html, said, scrolling, section } from './shown.ts';

const LABEL_WIDTH = 130;
const CHART_WIDTH = 850;
const LANE_HEIGHT = 30;
const AXIS_HEIGHT = 26;
/** Narrower bars have no room for their name; the tables tell the same. */
const NAMED_FROM = 56;
/** From here on a name for each bar would make the page heavy. */
const MOST_TITLES = 300;
const CHARACTER_WIDTH = 6.4;

/** When things happened: a picture from the journal, and the host's stages with their figures as a table. */
export function timelineSection(record: RunRecord, journal: readonly JournalLine[]): Html {
  const lanes = timelineLanes(journal);
  return section(
    'timeline',
    'Course of the run',
    lanes.length === 0 ? undefined : scrolling('Timeline of the run', chart(lanes)),
    stepTable(record),
  );
}

function chart(lanes: ReturnType<typeof timelineLanes>): Html {
  const endMs = Math.max(1, ...lanes.flatMap((lane) => lane.bars.map((bar) => bar.endMs)));
  const height = AXIS_HEIGHT + lanes.length * LANE_HEIGHT;
  const x = (ms: number): number => Math.round((LABEL_WIDTH + (ms / endMs) * CHART_WIDTH) * 10) / 10;
  const titled = lanes.reduce((sum, lane) => sum + lane.bars.length, 0) <= MOST_TITLES;
  const grid = ticks(endMs).map((ms) =>
    h(
      'g',
      { class: 'tick' },
      h('line', { x1: x(ms), x2: x(ms), y1: AXIS_HEIGHT - 6, y2: height }),
      h(
        'text',
        { x: x(ms), y: AXIS_HEIGHT - 10, 'text-anchor': ms === 0 ? 'start' : 'middle' },
        ms === 0 ? '0' : durationText(ms).replace('.0 ', ' '),
      ),
    ),
  );
  const rows = lanes.map((lane, index) => {
    const y = AXIS_HEIGHT + index * LANE_HEIGHT;
    return h(
      'g',
      {},
      h('text', { class: 'lane', x: 0, y: y + 19 }, said(lane.name, 18)),
      lane.bars.map((bar) => barShape(bar, x, y, titled)),
    );
  });
  return h(
    'svg',
    { class: 'timeline', viewBox: `0 0 ${LABEL_WIDTH + CHART_WIDTH + 20} ${height + 4}`, role: 'img', 'aria-labelledby': 'timeline-name' },
    h('title', { id: 'timeline-name' }, `What ran when, over ${durationText(endMs)}`),
    grid,
    rows,
  );
}

function barShape(bar: Bar, x: (ms: number) => number, y: number, titled: boolean): Html {
  const left = x(bar.startMs);
  const width = Math.max(2, Math.round((x(bar.endMs) - left) * 10) / 10);
  const name = said(bar.name, 60);
  const room = Math.floor((width - 10) / CHARACTER_WIDTH);
  return h(
    'g',
    { class: `bar ${bar.kind}` },
    titled ? h('title', {}, `${name}: ${durationText(bar.endMs - bar.startMs)}`) : undefined,
    h('rect', { x: left, y: y + 4, width, height: LANE_HEIGHT - 8, rx: 4 }),
    width >= NAMED_FROM ? h('text', { x: left + 6, y: y + 19 }, said(name, room)) : undefined,
  );
}

/** Round instants for the axis, about six of them. */
function ticks(endMs: number): readonly number[] {
  const rough = endMs / 6;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
}

function stepTable(record: RunRecord): Html | undefined {
  if (record.steps.length === 0) return undefined;
  const rows = record.steps.map((step) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, step.step),
      h('td', { class: 'number' }, step.durationMs === undefined ? 'never finished' : durationText(step.durationMs)),
      h(
        'td',
        {},
        step.error === undefined
          ? step.lines
              .map((fact) => `${said(fact.label)}: ${said(fact.value)}${fact.note === undefined ? '' : ` (${said(fact.note)})`}`)
              .join(' · ')
          : errorNote(step.error),
      ),
    ),
  );
  return scrolling(
    'Stages on the host',
    h(
      'table',
      {},
      h('caption', {}, 'Stages on the host'),
      h(
        'thead',
        {},
        h('tr', {}, h('th', { scope: 'col' }, 'Stage'), h('th', { scope: 'col' }, 'Took'), h('th', { scope: 'col' }, 'Result')),
      ),
      h('tbody', {}, rows),
    ),
  );
}
