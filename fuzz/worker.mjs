/**
 * Runs one campaign in a thread of its own, so that the command can show how it goes and can end it when an
 * execution does not. Each input is put on the board before it is executed, where the command can read it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Board } from './board.mjs';
import { Campaign } from './campaign.mjs';
import * as code from './code.mjs';
import { corpusFiles, readInput } from './corpus.mjs';
import { createTargets } from './targets.mjs';

/** @type {{ name: string, seed: number, executions: number, seconds: number, memory: SharedArrayBuffer }} */
const { name, seed, executions, seconds, memory } = workerData;
const board = new Board(memory);
const target = createTargets(code).find((candidate) => candidate.name === name);
const campaign = new Campaign({
  target,
  random: code.seededRandom(seed),
  corpus: corpusFiles(name).map(readInput),
  publish: (input) => board.put(input),
});

const began = performance.now();
const used = process.cpuUsage();
const finding = campaign.run({ executionsMax: executions, until: began + 1_000 * seconds });
const { user, system } = process.cpuUsage(used);
target.close?.();
parentPort.postMessage({
  finding: finding && { ...finding, lines: target.describe(finding.input) },
  executions: campaign.executions,
  features: campaign.features.count,
  seconds: (performance.now() - began) / 1_000,
  cpuSeconds: (user + system) / 1_000_000,
});
