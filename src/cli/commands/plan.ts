/**
 * `hearsay plan`: which settings a network needs. Tries networks in the simulator and prints a section for
 * the configuration file; what was tried goes to standard error.
 */
import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { quote } from '../invocation.ts';
import { printResult, say } from '../print.ts';
import { drive } from '../simulate/drive.ts';
import { format } from '../simulate/figures.ts';
import { Interruption } from '../simulate/interruption.ts';
import { OutputFile } from '../simulate/output-file.ts';
import { flatten } from '../simulate/parameters.ts';
import { asJson, formatIni, formatTried } from '../simulate/plan/answer.ts';
import { readQuestion, type PlanFlags, type Question } from '../simulate/plan/question.ts';
import { closest, search, type Answer, type Measure } from '../simulate/plan/search.ts';
import { judge, trialScenario, type Trial } from '../simulate/plan/trial.ts';
import { progressDisplay } from '../simulate/progress-bar.ts';
import { startClock } from '../simulate/run-facts.ts';

interface Flags extends PlanFlags {
  readonly json?: string;
}

const EXAMPLES = `
Examples:
  hearsay plan --nodes 500 --rate 10 --size 500 --target 99.9%
  hearsay plan --nodes 5000 --rate 50 --size 2000 --target 99.99% --loss-of-nodes 30% --bandwidth 10
  hearsay plan --nodes 200 --rate 1 --size 100 --target 0.999 > node.ini && hearsay config check -c node.ini

Prints a [gossip] section that 'hearsay run' takes as it is, with the reasons as
comments. Large networks are scaled down; the answer says from what to what.
Takes a minute or two. docs/simulator.md explains the search.

Exit code: 0 found; 1 the target cannot be attained, and what comes closest is
printed; 2 wrong usage; 130 or 143 interrupted.`;

interface OptionalFlag {
  /** As commander hands it over. */
  readonly name: 'lossOfNodes' | 'latency' | 'bandwidth' | 'history' | 'seed';
  readonly flag: string;
  readonly placeholder: string;
  readonly meaning: string;
  readonly fallback: string;
}

const OPTIONAL: readonly OptionalFlag[] = [
  {
    name: 'lossOfNodes',
    flag: '--loss-of-nodes',
    placeholder: 'SHARE',
    meaning: 'it must hold when these are gone at once: 0% to 90%',
    fallback: '0%',
  },
  {
    name: 'latency',
    flag: '--latency',
    placeholder: 'MS|MIN-MAX',
    meaning: 'one-way delay between nodes in ms',
    fallback: '10-100',
  },
  {
    name: 'bandwidth',
    flag: '--bandwidth',
    placeholder: 'MBPS',
    meaning: 'uplink of every node in Mbit/s; none is without limit',
    fallback: 'none',
  },
  {
    name: 'history',
    flag: '--history',
    placeholder: 'SECONDS',
    meaning: 'how long announcements should be remembered',
    fallback: '60',
  },
  {
    name: 'seed',
    flag: '--seed',
    placeholder: 'S',
    meaning: 'everything random follows from it',
    fallback: '1',
  },
];

export function define(command: Command): void {
  command
    .requiredOption('--nodes <N>', 'nodes of the network, from 3')
    .requiredOption('--rate <PER_SECOND>', 'announcements per second, all nodes together')
    .requiredOption('--size <BYTES>', 'data in each announcement')
    .requiredOption('--target <SHARE>', 'nodes that each should reach: 99.99% or 0.9999')
    .option('--json <FILE>', 'write the answer as JSON; - is standard output, without the section');
  for (const { flag, placeholder, meaning, fallback } of OPTIONAL) {
    command.option(`${flag} <${placeholder}>`, meaning, fallback);
  }
  command.addHelpText('after', EXAMPLES).action(plan);
}

async function plan(flags: Flags): Promise<void> {
  const question = readQuestion(flags);
  const { json } = flags;
  const file = json === undefined || json === '-' ? undefined : new OutputFile('--json', json);
  const interruption = new Interruption();
  try {
    say(`plan: ${describe(question)}`);
    const stopClock = startClock();
    const tried: Trial[] = [];
    const answer = await find(question, interruption, tried);
    for (const line of formatTried(tried)) say(line);
    if (interruption.exitCode !== undefined) process.exitCode = interruption.exitCode;
    if (answer === undefined) return;
    const outcome = asJson(question, answer, stopClock());
    file?.write(outcome);
    const ini = formatIni(question, answer, commandOf(flags));
    await printResult(json === '-' ? outcome.trimEnd() : ini);
    if (!answer.isAttained && !interruption.isAsked) throw shortfall(question, answer);
  } finally {
    file?.discard();
    interruption.stopListening();
  }
}

/** After Ctrl-C what was best so far, or nothing if nothing was finished. */
async function find(
  question: Question,
  interruption: Interruption,
  tried: Trial[],
): Promise<Answer | undefined> {
  try {
    return await search(question, measureWith(question, interruption), tried);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const best = closest(tried);
    return best === undefined ? undefined : { best, isAttained: false, tried };
  }
}

/** Thrown through the search, which knows nothing of signals. */
class Interrupted extends Error {}

function measureWith(question: Question, interruption: Interruption): Measure {
  return async (counts, nodes, seed) => {
    const { degree, min, max } = counts;
    const display = progressDisplay(`degree ${degree}, links ${min} to ${max}, ${nodes} nodes:`);
    try {
      const result = await drive(trialScenario(question, counts, nodes, seed), {
        isAskedToStop: () => interruption.isAsked,
        onProgress: (progress) => display.show(progress),
      });
      if (interruption.isAsked) throw new Interrupted();
      return judge(question, counts, result);
    } finally {
      display.clear();
    }
  };
}

function describe({ nodes, rate, size, target, loss, seed, ...network }: Question): string {
  const latency = flatten(network.latencyMs).map(([, value]) => value);
  return [
    `seed ${seed}, ${format(nodes, 'count')} nodes`,
    `${rate} announcements per second of ${format(size, 'bytes')}`,
    `target ${format(target, 'share')}, ${format(loss, 'share')} of the nodes lost`,
    `latency ${latency.join(' to ')} ms, bandwidth ${network.bandwidthMbps ?? 'without limit'}`,
  ].join(', ');
}

function shortfall({ target }: Question, { best }: Answer): Failure {
  const wanted = format(target, 'share');
  const what =
    best.reach < target
      ? `the best that was found reaches ${format(best.reach, 'share')}`
      : 'what reaches so many did not stand the check, or fills the uplinks';
  return new Failure(1, `${wanted} cannot be attained: ${what}`);
}

/** What to type for the same answer; what is as by default is left out. */
function commandOf(flags: Flags): string {
  const { nodes, rate, size, target } = flags;
  const needed = ['--nodes', nodes, '--rate', rate, '--size', size, '--target', target];
  const given = OPTIONAL.filter(({ name, fallback }) => flags[name] !== fallback);
  const others = given.flatMap(({ name, flag }) => [flag, flags[name]]);
  return ['hearsay', 'plan', ...[...needed, ...others].map(quote)].join(' ');
}
