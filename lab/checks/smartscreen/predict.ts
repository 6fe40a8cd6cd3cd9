import type { GuestSpec } from '../../core/guest.ts';
import type { SmartScreenFacts } from './facts.ts';

/** What SmartScreen does when a person starts the program, as far as it follows from the file alone. */
export type Reaction = 'no-prompt' | 'warns-unrecognised' | 'warns-until-reputation';

/** A prediction. It is read from a table and nobody has seen it happen. */
export interface Prediction {
  readonly reaction: Reaction;
  readonly text: string;
  /** What Smart App Control adds where the release of Windows has it. */
  readonly smartAppControl?: string;
}

type SignatureState = 'none' | 'broken' | 'present';

/** What the executable's own bytes say of its signature. Whether Windows would trust the signer is not known here. */
export function signatureStateOf({ certificateTableBytes, digestMatches }: SmartScreenFacts['signature']): SignatureState {
  if (certificateTableBytes === 0) return 'none';
  return digestMatches === false ? 'broken' : 'present';
}

// Reputation belongs to a file's hash and to its signer: each unsigned build starts from nothing, and so does a new certificate; an extended validation
// certificate has not been an exception since 2024. Source: Microsoft, "SmartScreen reputation for Windows app developers".
const reactions: Readonly<Record<SignatureState, Readonly<Record<'marked' | 'unmarked', Reaction>>>> = {
  none: { marked: 'warns-unrecognised', unmarked: 'no-prompt' },
  broken: { marked: 'warns-unrecognised', unmarked: 'no-prompt' },
  present: { marked: 'warns-until-reputation', unmarked: 'no-prompt' },
};

const texts: Readonly<Record<Reaction, string>> = {
  'no-prompt': 'starts without a question: the file does not carry the mark of a download',
  'warns-unrecognised': '“Windows protected your PC”, unknown publisher; a person can choose “More info” and “Run anyway”',
  'warns-until-reputation': '“Windows protected your PC” with the publisher’s name until signer or file have a reputation',
};

const smartAppControl: Readonly<Record<SignatureState, string>> = {
  none: 'where Smart App Control is on it blocks the program, and there is no “Run anyway”',
  broken: 'where Smart App Control is on it blocks the program, and there is no “Run anyway”',
  present: 'where Smart App Control is on it lets the program start only if it trusts the signer',
};

/** Predicts what happens to an executable with this signature, with or without the mark of a download. Total. */
export function predict(signature: SmartScreenFacts['signature'], isMarked: boolean, os: GuestSpec['os']): Prediction {
  const state = signatureStateOf(signature);
  const reaction = reactions[state][isMarked ? 'marked' : 'unmarked'];
  return { reaction, text: texts[reaction], ...(os === 'windows-11' ? { smartAppControl: smartAppControl[state] } : {}) };
}

/** A mark that makes SmartScreen look: the internet zone or the restricted one. */
export const isFromInternet = (mark: { readonly zoneId: number } | undefined): boolean => mark !== undefined && mark.zoneId >= 3;

/** As the file was extracted in the guest. */
export const predictAsExtracted = ({ signature, extracted, guest }: SmartScreenFacts): Prediction =>
  predict(signature, isFromInternet(extracted.mark), guest.os);

/** The worst case there is in practice: downloaded by a browser, extracted with Explorer, started by a double click. */
export const predictWorst = ({ signature, guest }: SmartScreenFacts): Prediction => predict(signature, true, guest.os);

/** A prediction as a sentence. */
export const inWords = ({ reaction, text, smartAppControl: more }: Prediction): string =>
  `${reaction}: ${text}${more === undefined ? '' : `; ${more}`}`;
