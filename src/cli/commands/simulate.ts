/**
 * `hearsay simulate`: a whole network of the node's own core under virtual time, on this machine. Reads what
 * is asked for, opens what will be written, runs seed after seed, and shows what came out.
 */
import type { Command } from 'commander';
import { printResult, say } from '../print.ts';
import { addKeyFlags } from '../simulate/flags.ts';
import { Interruption } from '../simulate/interruption.ts';
import { openOutputs, type OutputFlags } from '../simulate/outputs.ts';
import { formatParameters } from '../simulate/parameters.ts';
import { readRequest, type SimulateFlags } from '../simulate/request.ts';
import { startClock } from '../simulate/run-facts.ts';
import { runAll } from '../simulate/run-all.ts';
import { listScenarios } from '../simulate/scenario-file.ts';
import { summarize } from '../../sim/scenario/summarize.ts';

interface Flags extends SimulateFlags, OutputFlags {
  readonly list?: true;
}

const EXAMPLES = `
Examples:
  hearsay simulate                          100 nodes, 100 announcements
  hearsay simulate --nodes 1000 --degree 6 --rate 20 --size 1000
  hearsay simulate churn --report churn.html
  hearsay simulate mine.json --seeds 5 --json - | jq .reach
  hearsay simulate --random 42 --trace steps.jsonl

SCENARIO is a JSON file, or the name of one that comes with hearsay (--list).
Without it there are no faults and no adversaries. docs/simulator.md explains
every key of the file and every figure of the result.

The same seed and version give the same figures, down to the last message. All
parameters are said first, on standard error; a failure says how to repeat it.
Ctrl-C prints what was measured so far; a second one ends at once.

Exit code: 0 done; 1 a node broke a promise, or the network did not become
whole again in the end; 2 wrong usage or scenario, nothing was run; 130 or 143
interrupted.`;

export function define(command: Command): void {
  command
    .argument('[SCENARIO]', 'what the network is to go through: a file, or a name of --list')
    .option('--seeds <K>', 'run K seeds in a row, beginning with --seed')
    .option('--random <SEED>', 'instead of SCENARIO: faults and all drawn from this seed')
    .option('--wire', 'encode and decode every message between nodes')
    .option('--no-checks', 'leave out the checks at every step; takes a third less time')
    .option('--json <FILE>', 'write the result as JSON; - is standard output, without the table')
    .option('--report <FILE>', 'write the result as an HTML page with charts')
    .option('--trace <FILE>', 'write every step of every node as a JSON line; grows fast')
    .option('--list', 'show the scenarios that come with hearsay');
  addKeyFlags(command);
  command.addHelpText('after', EXAMPLES).action(simulate);
}

async function simulate(word: string | undefined, flags: Flags): Promise<void> {
  if (flags.list) return printScenarios();
  const request = readRequest(word, flags);
  const outputs = openOutputs(flags, request.scenarios.length);
  const interruption = new Interruption();
  try {
    for (const line of formatParameters(request.scenarios)) say(line);
    const stopClock = startClock();
    const summary = summarize(await runAll(request, interruption, outputs.onStep));
    const run = stopClock(summary.arrivals);
    // From here on there is nothing left to wait for: a further Ctrl-C need not be asked twice.
    interruption.stopListening();
    await outputs.write({ summary, run, command: request.command });
    if (interruption.exitCode !== undefined) process.exitCode = interruption.exitCode;
  } finally {
    outputs.close();
    interruption.stopListening();
  }
}

async function printScenarios(): Promise<void> {
  const scenarios = listScenarios();
  const width = Math.max(...scenarios.map(([name]) => name.length));
  for (const [name, description] of scenarios) {
    if (!(await printResult(`${name.padEnd(width)}  ${description}`))) return;
  }
}
