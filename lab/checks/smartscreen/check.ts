import type { Call } from '../../core/call.ts';
import type { Check, EvidenceSink, Guest } from '../../core/check.ts';
import { checkId, joinRemote } from '../../core/ids.ts';
import type { DownloadMark } from '../../core/toolkit.ts';
import { type SmartScreenFacts, smartScreenFacts } from './facts.ts';
import { smartScreenHighlights } from './highlights.ts';
import { judgeSmartScreen } from './judge.ts';

/** Zone 3 is the internet. The address is reserved for examples and reaches nobody. */
const downloaded = (product: string, version: string): DownloadMark => ({
  zoneId: 3,
  hostUrl: `https://downloads.example/${product}-${version}.zip`,
  referrerUrl: 'https://downloads.example/',
});

/** Marks the archive as a browser would, unpacks it and reads what SmartScreen goes by. */
export const smartScreen: Check<SmartScreenFacts> = {
  id: checkId('smartscreen'),
  title: 'SmartScreen',
  question:
    'What will SmartScreen do when somebody downloads the release and starts it? Predicted from the signature and the mark of the web; a prediction is no observation and never passes.',
  startsFrom: 'installed',
  lane: 'guest',
  needsIsolation: false,
  facts: smartScreenFacts,
  appliesTo: () => undefined,
  probe,
  judge: judgeSmartScreen,
  highlights: smartScreenHighlights,
};

async function probe(guest: Guest, _evidence: EvidenceSink, call: Call): Promise<SmartScreenFacts> {
  const { toolkit, bundle, archive, scratch } = guest;
  const { osVersion, emulator } = await toolkit.describe(call);
  const written = downloaded(bundle.product.name, bundle.product.version);
  await toolkit.markDownloaded(archive, written, call);
  const readBack = await toolkit.readDownloadMark(archive, call);
  const { tool } = await toolkit.unpack(archive, scratch, call);
  const executable = joinRemote(scratch, bundle.product.executable);
  const mark = await toolkit.readDownloadMark(executable, call);
  const signature = await toolkit.readSignature(executable, call);
  await toolkit.remove(scratch, call);
  return {
    $schema: 'facts/smartscreen.v1.json',
    bundle: { product: bundle.product.name, version: bundle.product.version, digest: bundle.digest },
    guest: { os: guest.spec.os, osVersion, ...(emulator === undefined ? {} : { emulator }) },
    archive: { written, ...(readBack === undefined ? {} : { readBack }) },
    extracted: { tool, executable: bundle.product.executable, ...(mark === undefined ? {} : { mark }) },
    signature: { ...signature },
  };
}
