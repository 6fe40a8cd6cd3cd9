import { LabError } from '../core/error.ts';
import type { ToolkitKind } from '../core/guest.ts';
import type { Toolkit } from '../core/toolkit.ts';
import type { Connection } from '../core/transport.ts';
import { agentToolkit } from './agent/agent-toolkit.ts';
import { residentExchange } from './agent/resident-exchange.ts';

/** The toolkit that an endpoint says its guest has, over an open connection. Throws `toolkit.not-in-build` for one that this build does not bring. */
export function toolkitFor(kind: ToolkitKind, connection: Connection): Toolkit {
  switch (kind.kind) {
    case 'agent':
      return agentToolkit(residentExchange(connection, kind.launcher));
    case 'powershell':
      throw LabError.of('toolkit.not-in-build', { toolkit: kind.kind });
  }
}
