import { type InspectColor, styleText } from 'node:util';
import type { Verdict } from '../../core/record.ts';
import type { OutcomeKind } from '../wording/outcome-words.ts';

type Style = InspectColor | readonly InspectColor[];

/** Colours text, or leaves it as it is when colours are off. */
export type Paint = (style: Style, text: string) => string;

export const paintWith = (colour: boolean): Paint =>
  // The caller has decided on colours, from the stream and from NO_COLOR; node must not decide again.
  colour ? (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false })) : (_style, text) => text;

export const outcomeStyle: Readonly<Record<OutcomeKind, Style>> = {
  passed: 'green',
  failed: ['bold', 'red'],
  skipped: 'dim',
  inconclusive: ['bold', 'yellow'],
  missing: ['bold', 'yellow'],
};

/** Green is for real Windows alone: an accepted rehearsal is cyan. */
export const verdictStyle = (verdict: Verdict, onWindows: boolean): Style => {
  switch (verdict) {
    case 'accepted':
      return onWindows ? ['bold', 'green'] : ['bold', 'cyan'];
    case 'rejected':
      return ['bold', 'red'];
    case 'blocked':
    case 'interrupted':
      return ['bold', 'yellow'];
  }
};
