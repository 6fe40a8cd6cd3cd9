import type { EventOf } from '../contract/cli-event.ts';
import { buildInfo } from '../core/build-info.ts';

/** What the program is, as `--version` tells it. */
export function versionEvent(): EventOf<'version'> {
  const { version, commit, commitTime, packager } = buildInfo;
  // Bun says what Node it takes itself for, too.
  const { node, bun } = process.versions;
  return {
    type: 'version',
    schema: 'cli-event.v1',
    program: 'anivault',
    version,
    commit,
    ...(commitTime === undefined ? {} : { buildTime: new Date(commitTime).toISOString() }),
    packager,
    runtime: bun === undefined ? `node ${node}` : `bun ${bun}`,
    platform: process.platform,
    architecture: process.arch,
  };
}

/** `anivault 1.2.3 (commit 0123abc, built 2026-01-02T03:04:05.000Z, node-sea, node 26.10.0, win32-x64)` */
export function versionText(event: EventOf<'version'>): string {
  const { program, version, commit, buildTime, packager, runtime, platform, architecture } = event;
  const built = buildTime === undefined ? '' : `built ${buildTime}, `;
  return `${program} ${version} (commit ${commit}, ${built}${packager}, ${runtime}, ${platform}-${architecture})\n`;
}
