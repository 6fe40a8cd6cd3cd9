import path from 'node:path';
import type { LocalPath } from '../../core/ids.ts';
import { quoted } from './wall.ts';

/** The gateway's program: this process' own Node with the libraries it runs with, which a guest's root does not have. */
export interface GatewayProgram {
  readonly node: string;
  readonly loader: string;
  readonly libraries: readonly string[];
  readonly script: LocalPath;
}

const INSIDE = '/guest/gateway';
const SOCKETS = '/guest/pull';
const PORT = 8098;

/** What a walled-off guest puts before the path of what it fetches from this host. */
export const gatewayUrl = `http://127.0.0.1:${PORT}`;

interface ReportedObjects {
  readonly sharedObjects: readonly string[];
}
/** The types of Node leave it out. */
type Reporting = NodeJS.ProcessReport & { excludeNetwork: boolean };

/** How the gateway can be run; `undefined` where this Node does not say what it is made of. Files are pushed then. */
export function gatewayProgram(script: LocalPath): GatewayProgram | undefined {
  const report = process.report as Reporting;
  const excluded = report.excludeNetwork;
  // Looking up the names of all addresses takes seconds.
  report.excludeNetwork = true;
  const { sharedObjects } = report.getReport() as unknown as ReportedObjects;
  report.excludeNetwork = excluded;
  // /lib/x86_64-linux-gnu/libstdc++.so.6; addons end in .node
  const libraries = sharedObjects.filter((file) => path.isAbsolute(file) && /\.so(?:\.\d+)*$/.test(file));
  const loader = libraries.find((file) => path.basename(file).startsWith('ld-linux'));
  return loader === undefined ? undefined : { node: process.execPath, loader, libraries, script };
}

/** What bubblewrap has to bind for the gateway, beside the folder of the sockets. All of it read-only: connecting to a socket writes nothing. */
export function gatewayMounts({ node, libraries, script }: GatewayProgram, socketFolder: string): readonly string[] {
  const placed = [
    [node, `${INSIDE}/node`],
    [script, `${INSIDE}/gateway.cjs`],
    [socketFolder, SOCKETS],
    ...libraries.map((file) => [file, `${INSIDE}/lib/${path.basename(file)}`]),
  ];
  return placed.flatMap(([from = '', to = '']) => ['--ro-bind', from, to]);
}

/**
 * A command that runs the gateway beside another one and ends with it: the other takes the place of the shell, and when the sandbox' first process
 * ends so do all. The gateway must not hold the other's pipes.
 */
export function withGateway({ loader }: GatewayProgram, command: readonly string[]): readonly string[] {
  const words = [`${INSIDE}/lib/${path.basename(loader)}`, '--library-path', `${INSIDE}/lib`, `${INSIDE}/node`, `${INSIDE}/gateway.cjs`];
  const gateway = [...words, SOCKETS, String(PORT)].map(quoted).join(' ');
  return ['/usr/bin/dash', '-c', `${gateway} </dev/null >/dev/null 2>&1 & exec "$@"`, 'guest', ...command];
}
