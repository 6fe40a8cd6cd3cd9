import type { ToolkitKind } from '../core/guest.ts';
import type { Toolkit } from '../core/toolkit.ts';
import type { Connection } from '../core/transport.ts';
import { agentToolkit } from './agent/agent-toolkit.ts';
import { agentProgram } from './agent/agent-program.ts';
import { residentExchange } from './agent/resident-exchange.ts';
import { powershellProgram } from './powershell/powershell-program.ts';
import { powershellToolkit } from './powershell/powershell-toolkit.ts';

/** The toolkit that an endpoint says its guest has, over an open connection. */
export function toolkitFor(kind: ToolkitKind, connection: Connection): Toolkit {
  switch (kind.kind) {
    case 'agent':
      return agentToolkit(residentExchange(connection, async () => agentProgram(kind.launcher)));
    case 'powershell':
      return powershellToolkit(residentExchange(connection, () => powershellProgram()));
  }
}
