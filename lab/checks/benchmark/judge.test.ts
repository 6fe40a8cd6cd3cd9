import path from 'node:path';
import t from 'tap';
import { judgeContract } from '../../testing/contracts/judge-contract.ts';
import { benchmark } from './check.ts';

await judgeContract(t, {
  check: benchmark,
  folder: path.join(import.meta.dirname, 'facts'),
  good: { file: 'passed.json', kind: 'passed', assurance: 'emulated' },
  neutral: [
    /^\$schema$/,
    /^bundle\./,
    /^guest\./,
    /^stopped$/,
    /\.(?:command|warmUps)$/,
    // One run of many is meant to change little: check.test.ts changes whole series, and drives the peak over the budget.
    /^series\.\d+\.runs\.\d+\.(?:durationMs|peakMemoryBytes)$/,
    /^runtime\.(?:command$|runs\.\d+\.(?:durationMs|peakMemoryBytes)$)/,
    // How fast it is depends on it, but far within the budget.
    /^library\.(?:folders|ownFigure)$/,
  ],
});
