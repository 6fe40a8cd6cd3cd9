/** What the guidance is about. */
export interface GuidanceSubject {
  readonly displayName: string;
  readonly version: string;
  readonly executable: string;
  readonly sha256: string;
  readonly publisher: string;
  /** Who signed it, as Windows shows it; absent for an executable without a signature. */
  readonly signer?: string;
  /** The signature is one for rehearsals: nobody's machine trusts it. */
  readonly rehearsal?: boolean;
}

/**
 * `SMARTSCREEN.md`: what Windows will ask whoever starts the program for the first time, why, and how to tell that the file is the right one. Says
 * what holds for this very executable.
 */
export function smartscreenGuidance(subject: GuidanceSubject): string {
  const { displayName, version, executable, sha256 } = subject;
  return `# ${displayName} ${version} and Windows SmartScreen

Windows marks a file that a browser has downloaded, and SmartScreen looks at every marked program before its first start. It asks two things: is the
file signed by somebody, and is it, or the signature, known to be harmless because many people have run it before.

## What to expect of this release

${expectation(subject)}

## First see whether it is the right file

In PowerShell, in the folder of the download:

\`\`\`powershell
(Get-FileHash .\\${executable} -Algorithm SHA256).Hash.ToLower() -eq '${sha256}'
\`\`\`

\`True\` means that not one bit is different from what was tested. ${
    subject.signer === undefined || subject.rehearsal
      ? 'Anything else: delete the file.'
      : `The signature says the same in another way:

\`\`\`powershell
Get-AuthenticodeSignature .\\${executable} | Format-List Status, SignerCertificate
\`\`\`

The status has to be \`Valid\`, and the certificate that of ${oneLine(subject.signer)}. Anything else: delete the file.`
  }

## Then start it

- Where the blue window _Windows protected your PC_ comes up: **More info**, look whether the name of the app is \`${executable}\`, then **Run anyway**.
- To take the mark off for good, after the digest was right: \`Unblock-File .\\${executable}\`.
- Where there is no **Run anyway**, an administrator has forbidden it (policy _Configure Windows Defender SmartScreen: Warn and prevent bypass_). They can
  allow this file by its digest or its publisher.
- **Smart App Control** of Windows 11, where it is on, does not ask: it blocks what is neither signed by somebody it trusts nor known. It cannot be told
  to let one program pass.

A program that was copied from another machine or unpacked by a tool that does not pass the mark on starts without a question. That is no sign that it is
harmless: compare the digest all the same.
`;
}

function expectation({ signer, rehearsal, publisher }: GuidanceSubject): string {
  if (signer === undefined) {
    return `**It is not signed.** Windows cannot know who made it, so the first start of a downloaded copy is stopped by _Windows protected your PC_, with
_Publisher: Unknown publisher_. That is no alarm: it only says that nobody has vouched for the file in a way that Windows can check. Every new version
starts from nothing again, because what counts is the digest of the file.`;
  }
  if (rehearsal) {
    return `**It is signed for a rehearsal only**, with a throw-away certificate (${oneLine(signer)}) that no machine trusts. Windows treats it as unsigned. It must
not be handed out.`;
  }
  return `**It is signed** by ${oneLine(signer)}. A downloaded copy may still be stopped by _Windows protected your PC_, with that name as publisher, until enough people have
started programs with this signature: the reputation belongs to the certificate and grows from release to release of ${oneLine(publisher)}.`;
}

const oneLine = (text: string): string => text.replaceAll(/[\s`*_<>]+/g, ' ').trim();
