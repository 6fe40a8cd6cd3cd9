import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pack } from 'tar-stream';
import type { Test } from 'tap';
import type { GuestSpec } from '../../core/guest.ts';
import { type LocalPath, guestName } from '../../core/ids.ts';
import type { Box, Catalogue } from '../../guests/vagrant/catalogue.ts';
import { sha256Of } from '../../host/hash.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { guestTls } from '../winrm/guest-tls.ts';
import { printedReport } from './printed-report.ts';
import { type VagrantProject, vagrantProject } from './vagrant-rig.ts';

export const standInSpec: GuestSpec = { name: guestName('windows-11'), os: 'windows-11', build: 26200, provider: 'vagrant' };

/** A project whose machines Vagrant's own VirtualBox provider makes, of a box that holds no disk, with the stand-in. */
export interface StandInProject extends VagrantProject {
  readonly boxFile: LocalPath;
  readonly calls: () => readonly string[];
  readonly certificateSha256: string;
}

export async function standInProject(t: Test, env: Readonly<Record<string, string>> = {}): Promise<StandInProject> {
  const scratch = await scratchFolder(t);
  const bin = path.join(scratch, 'bin');
  const home = path.join(scratch, 'virtualbox');
  await mkdir(bin);
  await writeFile(
    path.join(bin, 'VBoxManage'),
    `#!/bin/sh
facts="$LAB_STAND_IN_HOME/facts/$2"
if [ "$1 $3" = 'showvminfo --machinereadable' ] && cat "$facts" 2>/dev/null; then
  pid=$(cat "$facts.pid") state=poweroff
  if [ "$pid" -gt 0 ] && kill -0 "$pid" 2>/dev/null; then state=running; fi
  echo "VMState=\\"$state\\""
  exit
fi
exec '${process.execPath}' --no-warnings '${path.join(import.meta.dirname, 'vbox-manage.ts')}' "$@"
`,
  );
  await chmod(path.join(bin, 'VBoxManage'), 0o755);
  const boxFile = path.join(scratch, 'windows-11.box') as LocalPath;
  const bytes = await boxBytes();
  await writeFile(boxFile, bytes);
  const certificateSha256 = sha256Of(derOf(guestTls.cert));
  const answers = path.join(scratch, 'answers.txt');
  await writeFile(answers, printedReport({ format: 1, script: 'winrm-https', changes: [], restartNeeded: false, certificateSha256 }));
  const box: Box = {
    name: 'windows-11-25h2',
    version: '1.0.0',
    os: 'windows-11',
    build: 26200,
    edition: 'none at all',
    publisher: 'this test',
    maintained: true,
    knownTraits: [],
    downloads: { virtualbox: { url: 'http://127.0.0.1:9/nobody-listens.box', mirrors: [boxFile], digest: { sha256: sha256Of(bytes) } } },
  };
  const catalogue: Catalogue = {
    format: 1,
    hypervisor: 'virtualbox',
    boxes: [box],
    pull: { virtualbox: { listen: '127.0.0.1', hostInGuest: '10.0.2.2' }, hyperv: { listen: '192.0.2.1' } },
    settings: { virtualbox: { gui: false, linked_clone: true, check_guest_additions: false } },
    machines: [
      {
        name: 'windows-11',
        os: 'windows-11',
        build: 26200,
        box: box.name,
        cpus: 2,
        memoryMiB: 4096,
        bootSeconds: 60,
        winrm: { user: 'vagrant', password: 'vagrant' },
        settings: {},
        provision: [{ script: 'winrm-https.ps1', thenRestart: false }],
      },
    ],
  };
  const project = await vagrantProject(t, catalogue, {
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, LAB_STAND_IN_HOME: home, LAB_PROVISION_ANSWERS: answers, ...env },
  });
  await Promise.all(
    ['report.ps1', 'winrm-https.ps1'].map((name) => writeFile(path.join(project.folder, 'provision', name), `# ${name}\r\n`)),
  );
  return {
    ...project,
    boxFile,
    certificateSha256,
    calls: () =>
      readFileSync(path.join(home, 'calls.log'), 'utf8')
        .split('\n')
        .map((line) => line.slice(line.indexOf(' ') + 1)),
  };
}

const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');

/** A box as `vagrant package` makes it, but for the disk. */
async function boxBytes(): Promise<Uint8Array> {
  const archive = pack();
  archive.entry({ name: 'metadata.json' }, JSON.stringify({ provider: 'virtualbox' }));
  archive.entry({ name: 'box.ovf' }, '<?xml version="1.0"?><Envelope/>\n');
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}
