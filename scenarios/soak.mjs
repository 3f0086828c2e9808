/**
 * Runs random scenarios for as long as you like: each seed is a network in trouble that nobody thought of.
 *
 *     npm run soak                               # ten minutes from a fresh seed
 *     npm run soak -- --minutes 600
 *     npm run soak -- --seeds 1000 --from 1      # these seeds, however long it takes
 *
 * A failure prints what is wrong and one line that repeats it, and the next seed follows. The exit code is 1
 * if there was any, 2 for a wrong call.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { randomScenario, ScenarioRun } from '../dist/sim/index.js';

const SEED_END = 2 ** 32;
const DEFAULT_MINUTES = 10;
const REPORT_EVERY_MS = 60_000;

const { seeds, minutes, from } = readOrExit();
const startedAt = performance.now();
const endsAt = startedAt + minutes * 60_000;
let [done, failures, isStopped] = [0, 0, false];

process.once('SIGINT', () => (isStopped = true));
print(`from seed ${from}`);
let reportedAt = startedAt;
while (!isStopped && done < seeds && performance.now() < endsAt) {
  runSeed((from + done) % SEED_END);
  done++;
  if (performance.now() - reportedAt > REPORT_EVERY_MS) {
    reportedAt = performance.now();
    report();
  }
  // Lets Ctrl-C be heard.
  await new Promise((resolve) => setImmediate(resolve));
}
report();
process.exitCode = failures > 0 ? 1 : isStopped ? 130 : 0;

function runSeed(seed) {
  try {
    const run = new ScenarioRun(randomScenario(seed));
    while (run.step());
  } catch (error) {
    failures++;
    print(`${error.message}\n  to repeat it: hearsay simulate --random ${seed}`);
  }
}

function report() {
  const elapsed = Math.round((performance.now() - startedAt) / 1_000);
  print(`${done} seeds in ${elapsed} s, ${failures} failures`);
}

function readOrExit() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string' },
        minutes: { type: 'string' },
        from: { type: 'string' },
      },
    });
    const isCounted = values.seeds !== undefined;
    return {
      seeds: isCounted ? whole('--seeds', values.seeds, 1, SEED_END) : Infinity,
      minutes:
        values.minutes === undefined
          ? isCounted
            ? Infinity
            : DEFAULT_MINUTES
          : whole('--minutes', values.minutes, 1, 1_000_000),
      from:
        values.from === undefined
          ? randomInt(SEED_END)
          : whole('--from', values.from, 0, SEED_END - 1),
    };
  } catch (error) {
    process.stderr.write(`soak: ${error.message}\n`);
    process.exit(2);
  }
}

function whole(flag, text, min, max) {
  const number = Number(text);
  if (/^[0-9]+$/.test(text) && number >= min && number <= max) return number;
  throw new Error(`${flag} ${text}: allowed: ${min} to ${max}`);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
