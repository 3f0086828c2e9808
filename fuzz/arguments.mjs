/** The words behind `npm run fuzz --`. */
import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run fuzz -- [TARGET…] [--executions N] [--seconds N] [--seed S]
       npm run fuzz -- TARGET --replay FILE

Each target runs until N executions are done or N seconds are over, whichever comes
first, by default 10 seconds. The seed is random unless given, 0 to 4294967295.`;

const SECONDS = 10;
const SEED_MAX = 0xffff_ffff;

/**
 * @param {readonly string[]} argv
 * @param {readonly string[]} names Of the targets.
 * @returns `targets` (names), `executions`, `seconds`, `seed` (undefined: draw one), `replay` (a path)
 * @throws {Error} with one sentence
 */
export function readArguments(argv, names) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      executions: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      replay: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`no target ${unknown}; there are ${names.join(', ')}`);
  if (values.replay !== undefined && positionals.length !== 1) {
    throw new Error('--replay needs the one target that the file is for');
  }
  const executions = number('--executions', values.executions, Number.MAX_SAFE_INTEGER);
  const isEndless = executions === undefined;
  return {
    targets: positionals.length > 0 ? positionals : names,
    executions: executions ?? Number.POSITIVE_INFINITY,
    seconds: number('--seconds', values.seconds, 1e9) ?? (isEndless ? SECONDS : Infinity),
    seed: number('--seed', values.seed, SEED_MAX),
    replay: values.replay,
    wantsHelp: values.help ?? false,
  };
}

/** A whole number in decimal digits. */
function number(option, text, max) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value > max) {
    throw new Error(`${option} ${text}: a whole number from 0 to ${max} is needed`);
  }
  return value;
}
