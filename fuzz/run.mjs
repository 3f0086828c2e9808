/**
 * Feeds the decoders and the node core with inputs that nobody thought of, for as long as you like.
 *
 *     npm run build && npm run fuzz                              # every target for ten seconds
 *     npm run fuzz -- frames connections --seconds 600
 *     npm run fuzz -- frames --executions 10000000 --seed 1      # the same inputs each time
 *     npm run fuzz -- tls --executions 100000                    # handshakes, at a node in another process
 *     npm run fuzz -- frames --replay test/fuzz-corpus/frames/found-0123456789ab.hex
 *
 * Prints the seed first and one line for each target. What is found is made small, written to
 * test/fuzz-corpus, where every later run and the tests execute it again, and explained; the exit code is 1
 * then, 2 for a wrong call. docs/fuzzing.md has the rest.
 */
import { randomInt } from 'node:crypto';
import { relative } from 'node:path';
import { readArguments, USAGE } from './arguments.mjs';
import { outcomeOf } from './campaign.mjs';
import * as code from './code.mjs';
import { corpusFiles, readInput, writeInput } from './corpus.mjs';
import { superviseCampaign } from './supervisor.mjs';
import { createTargets } from './targets.mjs';
import * as tls from './tls/campaign.mjs';

/** Of a long story the end is what matters. */
const LINES_MAX = 60;

const targets = [...createTargets(code), tls];
const options = readOrExit();
if (options.wantsHelp) {
  print(
    `${USAGE}\n\n${targets.map(({ name, summary }) => `${name.padEnd(12)} ${summary}`).join('\n')}`,
  );
} else if (options.replay !== undefined) {
  process.exitCode = (await replay(options.targets[0], options.replay)) ? 0 : 1;
} else {
  process.exitCode = (await runAll()) ? 0 : 1;
}

function readOrExit() {
  try {
    return readArguments(
      process.argv.slice(2),
      targets.map(({ name }) => name),
    );
  } catch (error) {
    process.stderr.write(`fuzz: ${error.message}\n${USAGE}\n`);
    process.exit(2);
  }
}

/** Runs the targets one after the other; true if nothing was found. */
async function runAll() {
  const seed = options.seed ?? randomInt(2 ** 32);
  print(`seed ${seed}`);
  let findings = 0;
  for (const name of options.targets) {
    const { executions, seconds } = options;
    const result = await campaignOf(name)({ name, seed, executions, seconds });
    print(summaryOf(name, result));
    if (result.finding === undefined) continue;
    findings++;
    explain(name, seed, result.finding);
  }
  return findings === 0;
}

/** Those in this process are run in a thread of it; strangers that knock wait most of the time. */
function campaignOf(name) {
  return name === tls.name ? knockAll : superviseCampaign;
}

async function knockAll({ name, seed, executions, seconds }) {
  const given = [...tls.seeds(), ...corpusFiles(name).map(readInput)];
  return await tls.runCampaign({ random: code.seededRandom(seed), given, executions, seconds });
}

function summaryOf(name, { executions, seconds, cpuSeconds, features, memory, finding }) {
  const rate = `${count(executions / seconds)}/s, ${count(executions / cpuSeconds)} per CPU second`;
  const end = finding === undefined ? 'nothing found' : `FOUND ${finding.rule}`;
  const grown =
    memory === undefined
      ? ''
      : `memory of the node ${mebibytes(memory.before)}, ${courseOf(memory)}at the end ${mebibytes(memory.after)}, `;
  return (
    `${name}: ${count(executions)} executions in ${seconds.toFixed(1)} s (${rate}), ` +
    `${count(features)} features, ${grown}${end}`
  );
}

function explain(name, seed, finding) {
  const { rule, message, stack, execution, input, found, lines } = finding;
  const path = relative('', writeInput(name, input, [`${rule}: ${message}`, `seed ${seed}`]));
  for (const line of lines.slice(-LINES_MAX)) print(`  ${line}`);
  print(`${name}: ${rule}: ${message}`);
  if (stack !== '') print(stack.replaceAll(/^/gm, '  '));
  print(
    `  found in execution ${count(execution)}; ${input.length} of ${found.length} bytes are needed`,
  );
  print(`  repeat it: npm run fuzz -- ${name} --replay ${path}`);
}

/** Executes one input and tells what it means; true if it breaks no rule. */
async function replay(name, path) {
  const target = targets.find((candidate) => candidate.name === name);
  const input = readInput(path);
  for (const line of target.describe(input)) print(`  ${line}`);
  const outcome = await (target.outcomeOf?.(input) ?? outcomeOf(target, input));
  target.close?.();
  if (outcome === undefined) {
    print(`${name}: ${path} breaks no rule`);
    return true;
  }
  print(`${name}: ${outcome.rule}: ${outcome.message}\n${outcome.stack}`);
  return false;
}

/** How it went from tenth to tenth of the executions; a run by time has none. */
function courseOf({ course }) {
  return course.length === 0 ? '' : `then ${course.map(mebibytes).join(', ')}, `;
}

function mebibytes(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function count(number) {
  return Math.round(number).toLocaleString('en-US');
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
