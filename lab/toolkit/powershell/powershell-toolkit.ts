import type { Toolkit } from '../../core/toolkit.ts';
import type { Exchange } from '../agent/exchange.ts';
import { askedToolkit } from '../asked-toolkit.ts';

/** The toolkit of a Windows that has nothing but what it came with; what it promises stands at {@link askedToolkit}. */
export const powershellToolkit = (exchange: Exchange): Toolkit => askedToolkit('powershell', exchange);
