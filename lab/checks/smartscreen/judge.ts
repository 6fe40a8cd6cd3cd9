import type { Assurance } from '../../core/assurance.ts';
import { LabError } from '../../core/error.ts';
import type { Finding, Outcome } from '../../core/outcome.ts';
import type { Policy } from '../../core/policy.ts';
import type { SmartScreenFacts } from './facts.ts';
import { inWords, predictWorst, signatureStateOf } from './predict.ts';

/**
 * Never passes: what SmartScreen does has to be seen, and nobody watches it yet. It fails what the file itself shows to be wrong, is inconclusive
 * where the lab could not set the scene or could have looked and did not, and skips where there is no SmartScreen to look at.
 */
export function judgeSmartScreen(facts: SmartScreenFacts, policy: Policy, assurance: Assurance): Outcome {
  const findings = judgeFile(facts, policy);
  if (findings.length > 0) return { kind: 'failed', findings: [...findings] };
  const { written, readBack } = facts.archive;
  if (readBack === undefined || readBack.zoneId !== written.zoneId || readBack.hostUrl !== written.hostUrl) {
    const found = readBack === undefined ? 'no mark' : `zone ${readBack.zoneId}, ${readBack.hostUrl ?? 'no address'}`;
    return { kind: 'inconclusive', error: LabError.of('checks.mark-lost', { found }).toData() };
  }
  const predicted = inWords(predictWorst(facts));
  switch (assurance) {
    case 'windows':
      return { kind: 'inconclusive', error: LabError.of('checks.smartscreen-unobserved', { predicted }).toData() };
    case 'emulated':
    case 'simulated':
      return {
        kind: 'skipped',
        reason: {
          code: 'emulated-guest',
          text: `There is no SmartScreen on ${assurance === 'emulated' ? 'an emulated' : 'a simulated'} guest, so nothing was observed. Predicted for a browser’s download extracted with Explorer: ${predicted}.`,
        },
      };
  }
}

function judgeFile({ signature, extracted }: SmartScreenFacts, policy: Policy): readonly Finding[] {
  if (!signature.isPortableExecutable) {
    const message = `${extracted.executable} is no Windows executable`;
    return [
      { code: 'smartscreen.not-executable', severity: 'error', message, fix: 'Look at the build: Windows cannot start this file at all.' },
    ];
  }
  switch (signatureStateOf(signature)) {
    case 'present':
      return [];
    case 'broken': {
      const message = 'The signature does not match the file: it was changed after it was signed';
      return [
        { code: 'smartscreen.signature-broken', severity: 'error', message, fix: 'Sign last, after every change to the executable.' },
      ];
    }
    case 'none': {
      if (policy.signature === 'optional') return [];
      const message = 'The executable is not signed and the policy requires a signature';
      return [
        { code: 'smartscreen.unsigned', severity: 'error', message, fix: 'Sign the executable, or set `policy.signature` to `optional`.' },
      ];
    }
  }
}
