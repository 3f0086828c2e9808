/**
 * One target, many inputs: seeds and corpus first as they are, then mutations of them and of every input that
 * showed something new. Ends with the first finding, minimised. The same target, seed and corpus give the
 * same inputs in the same order.
 *
 * @typedef {object} Target
 * @property {string} name
 * @property {string} summary A few words for the overview.
 * @property {import('./mutator.mjs').Shape} shape What its inputs look like.
 * @property {readonly Uint8Array[]} seeds Inputs to begin with.
 * @property {boolean} [isTiny] Whether an execution takes about a microsecond: then the clock is rarely read.
 * @property {(input: Uint8Array, features: Features) => void} execute Throws what it finds. Keeps nothing of
 *   the input, and gives the same for the same input.
 * @property {(input: Uint8Array) => string[]} describe What the input means, in lines.
 * @property {() => void} [close] Leaves nothing behind.
 *
 * @typedef {object} Finding
 * @property {string} rule The rule that was broken.
 * @property {string} message
 * @property {string} stack
 * @property {number} execution Its number, from 1.
 * @property {Uint8Array} found As it came up.
 * @property {Uint8Array} input Minimised.
 */
import { Features } from './features.mjs';
import { FuzzFailure, ruleOf } from './failure.mjs';
import { minimise } from './minimise.mjs';
import { Mutator } from './mutator.mjs';

/** Inputs that are mutated further; beyond it a random one makes room. */
const POOL_MAX = 2_048;
/** Executions of a tiny target between two looks at the clock. */
const TINY_BATCH = 1_024;
/** An execution may take this much CPU time: hundreds of times what any takes, for a busy machine is no finding. */
const CPU_MILLIS_MAX = 1_000;
const TOO_SLOW = 'too-slow';

export class Campaign {
  executions = 0;
  features = new Features();
  #target;
  #random;
  #mutator;
  #pool;
  #publish;
  /** Seeds and corpus: how many there are, at the start of the pool, and how many were executed as they are. */
  #givenMax;
  #given = 0;

  /**
   * @param {object} options
   * @param {Target} options.target
   * @param {{ u32(): number }} options.random
   * @param {readonly Uint8Array[]} [options.corpus] Further inputs to begin with.
   * @param {(input: Uint8Array) => void} [options.publish] Told of each input before it is executed, also of
   *   those that are only tried while a finding is made small.
   */
  constructor({ target, random, corpus = [], publish = () => undefined }) {
    this.#target = target;
    this.#random = random;
    this.#mutator = new Mutator({ random, shape: target.shape });
    this.#pool = [...target.seeds, ...corpus].filter((i) => i.length <= target.shape.bytesMax);
    this.#givenMax = this.#pool.length;
    this.#publish = publish;
  }

  /**
   * Goes on until so many executions are done in all, or until the clock (`performance.now`) shows `until`.
   * @returns {Finding | undefined}
   */
  run({ executionsMax, until = Number.POSITIVE_INFINITY }) {
    const batch = this.#target.isTiny ? TINY_BATCH : 1;
    for (; this.#given < this.#givenMax && this.executions < executionsMax; this.#given++) {
      const finding = this.#execute(this.#pool[this.#given]);
      if (finding !== undefined) return finding;
    }
    while (this.executions < executionsMax && performance.now() < until) {
      const end = Math.min(this.executions + batch, executionsMax);
      while (this.executions < end) {
        const finding = this.#execute(this.#next());
        if (finding !== undefined) return finding;
      }
    }
    return undefined;
  }

  #next() {
    const base = this.#pick();
    return this.#mutator.mutate(base, this.#pick());
  }

  #pick() {
    return this.#pool[this.#random.u32() % this.#pool.length];
  }

  #execute(input) {
    this.#publish(input);
    this.executions++;
    this.features.isNew = false;
    try {
      if (this.#target.isTiny) this.#target.execute(input, this.features);
      else executeInTime(this.#target, input, this.features);
    } catch (error) {
      return this.#finding(input.slice(), error);
    }
    if (this.features.isNew) this.#keep(input.slice());
    return undefined;
  }

  #keep(input) {
    if (this.#pool.length < POOL_MAX) this.#pool.push(input);
    else this.#pool[this.#random.u32() % POOL_MAX] = input;
  }

  #finding(found, error) {
    const rule = ruleOf(error);
    const fails = (candidate) => {
      this.#publish(candidate);
      return outcomeOf(this.#target, candidate)?.rule === rule;
    };
    // Thousands of attempts of seconds each would be hours.
    const input = rule === TOO_SLOW ? found : minimise(found, this.#target.shape, fails);
    const { message, stack } = outcomeOf(this.#target, input) ?? { message: `${error}`, stack: '' };
    return { rule, message, stack, execution: this.executions, found, input };
  }
}

/** Executes one input by itself: what it broke, or undefined. */
export function outcomeOf(target, input) {
  try {
    executeInTime(target, input, new Features());
    return undefined;
  } catch (error) {
    const isOurs = error instanceof FuzzFailure;
    const message = isOurs || error instanceof Error ? error.message : String(error);
    return { rule: ruleOf(error), message, stack: error instanceof Error ? error.stack : '' };
  }
}

/** Executes an input and finds it too slow if it takes too much CPU time twice. */
function executeInTime(target, input, features) {
  const before = performance.now();
  target.execute(input, features);
  if (performance.now() - before < CPU_MILLIS_MAX) return;
  const used = process.cpuUsage();
  target.execute(input, features);
  const { user, system } = process.cpuUsage(used);
  const millis = Math.round((user + system) / 1_000);
  if (millis >= CPU_MILLIS_MAX) {
    throw new FuzzFailure(
      TOO_SLOW,
      `${millis} ms of CPU time, at most ${CPU_MILLIS_MAX} are right`,
    );
  }
}
