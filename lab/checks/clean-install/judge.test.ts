import path from 'node:path';
import t from 'tap';
import { judgeContract } from '../../testing/contracts/judge-contract.ts';
import { cleanInstall } from './check.ts';

await judgeContract(t, {
  check: cleanInstall,
  folder: path.join(import.meta.dirname, 'facts'),
  good: { file: 'passed.json', kind: 'passed', assurance: 'emulated' },
  neutral: [
    /^\$schema$/,
    // Who was asked, when and for how long.
    /^bundle\./,
    /^guest\.(?!userProfile)/,
    /\.durationMs$/,
    /\.args(?:\.|$)/,
    /^unpacked\.tool$/,
    // How much was printed; what it said is judged by `problems` and the counts beside it.
    /\.(?:stdoutCharacters|stderrStart|lines)$/,
    // Of an absent folder it must not be 0, which faulty-program.test.ts holds.
    /\.stderrCharacters$/,
    /\.types\./,
    // Examples; their count is judged.
    /\.first(?:\.|$)/,
    /^version\.firstLine$/,
    /^components\.found\.\d+\.(?:kind|version|trial)$/,
    /^(?:library\.(?:files|videos)|scan\.plainNames|dryRun\.stays)$/,
    /^apply\.occupied$/,
    // Without a conflict in the library itself a plan may as well end with 0; what is no exit code of a plan is held by faulty-program.test.ts.
    /^dryRun\.run\.program\.exitCode$/,
    // With nothing but known titles a match may as well end with 0; what is no exit code of a match is held by faulty-program.test.ts.
    /^matching\.(?:first|again)\.run\.program\.exitCode$/,
    // How much the cache has to answer is judged, a few more are not.
    /^matching\.(?:service$|(?:first|again)\.(?:knownNames|hits|misses)$)/,
    /^key\.(?:outputs|files|sizeBytes)$/,
    // Told, but nobody's fault.
    /^system\.(?:roots|excluded|entriesBefore|restless)/,
    /^system\.leftovers\.sizeBytes$/,
    /^system\.leftovers\.listed(?:$|\.\d+\.(?:sizeBytes|kind)$)/,
    /^removal\.removed/,
  ],
});
