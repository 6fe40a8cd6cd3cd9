import type { Toolkit } from '../../core/toolkit.ts';
import { askedToolkit } from '../asked-toolkit.ts';
import type { Exchange } from './exchange.ts';

/** The toolkit of a guest that carries the in-guest tool, reached by `exchange`; what it promises stands at {@link askedToolkit}. */
export const agentToolkit = (exchange: Exchange): Toolkit => askedToolkit('agent', exchange);
