import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ForeignEndpoint } from './foreign-endpoint.ts';
import { runForeign } from './foreign-programs.ts';

/** NTLM needs MD4, which OpenSSL 3 has in its legacy provider only. */
const OPENSSL_CONF = `openssl_conf = all
[all]
providers = providers
[providers]
default = on
legacy = on
[on]
activate = 1
`;

/** Writes a configuration for OpenSSL into the folder with which Python's NTLM works. Returns the environment that names it. */
export async function legacyOpenssl(folder: string): Promise<Readonly<Record<string, string>>> {
  const file = path.join(folder, 'openssl.cnf');
  await writeFile(file, OPENSSL_CONF);
  return { OPENSSL_CONF: file };
}

/** Reads how to connect, then runs what a test asks for; what it tells goes out as JSON. */
const PRELUDE = `
import json, sys
from winrm.protocol import Protocol
protocol = Protocol(**json.load(sys.stdin))
def tell(**what): print(json.dumps(what))
def run(shell, command, arguments=()):
    started = protocol.run_command(shell, command, arguments)
    out, err, code = protocol.get_command_output(shell, started)
    protocol.cleanup_command(shell, started)
    return [out.decode(), err.decode(), code]
def refused(action):
    try: return action()
    except Exception as error: return type(error).__name__ + ': ' + str(error)
`;

/** Arguments of pywinrm's `Protocol` beside the address and the account. */
export type PywinrmSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * Runs a Python script with `protocol`, pywinrm's own object, connected to the endpoint. Returns what the script `tell`s. `run(shell, command,
 * arguments)` gives both outputs and the exit code, `refused(action)` an exception as text. Throws when the script fails.
 */
export async function pywinrm(
  to: Pick<ForeignEndpoint, 'url' | 'user' | 'password' | 'folder'>,
  settings: PywinrmSettings,
  script: string,
): Promise<Readonly<Record<string, unknown>>> {
  const target = { endpoint: to.url, username: to.user, password: to.password, ...settings };
  const result = await runForeign('/usr/bin/python3', ['-c', PRELUDE + script], {
    input: JSON.stringify(target),
    env: { ...(await legacyOpenssl(to.folder)), PYTHONIOENCODING: 'utf-8' },
  });
  if (result.exitCode !== 0) throw new Error(`pywinrm failed:\n${result.stderr}`);
  return JSON.parse(result.stdout) as Readonly<Record<string, unknown>>;
}
