import type { FactLine } from '../../core/fact-line.ts';
import type { SmartScreenFacts } from './facts.ts';
import { inWords, isFromInternet, predictAsExtracted, predictWorst, signatureStateOf } from './predict.ts';

/** What a reader wants to know first of SmartScreen. Predictions are called so in every line. */
export function smartScreenHighlights(facts: SmartScreenFacts): readonly FactLine[] {
  const { archive, extracted, signature } = facts;
  const signed = { none: 'not signed', broken: 'signed, but changed since', present: 'signed' }[signatureStateOf(signature)];
  const isMarked = isFromInternet(extracted.mark);
  return [
    {
      label: 'Predicted, worst case',
      value: inWords(predictWorst(facts)),
      note: 'downloaded by a browser, extracted with Explorer; predicted, not observed',
    },
    { label: 'Observed', value: 'nothing', note: 'this version of the lab predicts only' },
    {
      label: 'Executable',
      value: signed,
      ...(signature.certificateTableBytes > 0
        ? { note: `${signature.certificateTableBytes} bytes of certificates; whether Windows trusts them was not asked` }
        : {}),
    },
    {
      label: 'Archive marked as downloaded',
      value: archive.readBack === undefined ? 'no: the mark did not stay' : `yes, zone ${archive.readBack.zoneId}`,
      note: 'Zone.Identifier, written and read back in the guest',
    },
    {
      label: 'Mark on the executable',
      value: isMarked ? 'passed on' : 'not passed on',
      note: `unpacked by ${extracted.tool}; predicted for that: ${predictAsExtracted(facts).reaction}`,
    },
  ];
}
