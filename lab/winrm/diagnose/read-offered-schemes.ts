import type { Call } from '../../core/call.ts';
import { LabError } from '../../core/error.ts';
import { askPlainly } from './bounded-http.ts';
import { type Listener, stepLimits, urlOf, wasTooLong } from './examination.ts';
import { quoted } from './finding.ts';
import { type Offers, readOffers } from './offers.ts';

/** Asks a listener, as a stranger, which authentication schemes it offers. Throws `winrm.unreachable` when nothing answers. */
export async function readOfferedSchemes(listener: Listener, call: Call): Promise<Offers> {
  try {
    const request = { headers: { 'content-type': 'application/soap+xml;charset=UTF-8' }, body: Buffer.alloc(0) };
    const { challenges } = await askPlainly(listener, undefined, request, stepLimits.answerMs, call);
    return readOffers(challenges);
  } catch (error) {
    call.signal.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = wasTooLong(error) ? 'it does not answer' : quoted(code ?? message);
    throw LabError.of('winrm.unreachable', { url: urlOf(listener), reason }, { cause: error });
  }
}
