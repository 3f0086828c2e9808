/**
 * Strangers knock at a node in another process, many at a time, with handshakes of all kinds and with bytes changed
 * in any of them. With the last flight of each goes a 507, in the same write.
 *
 * What must hold: the process lives. Whoever is not entitled is not read: no link, and no byte of the application.
 * Whoever is let in is known by the key that it has proven. Whoever does nothing wrong is let in. When all is over
 * no connection is left, and memory is what it was.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FuzzFailure, must, ruleOf } from '../failure.mjs';
import { Features } from '../features.mjs';
import { Mutator } from '../mutator.mjs';
import { createStrangers } from './certificates.mjs';
import { APPLICATION, knock } from './client.mjs';
import { CHANGE_BYTES, CHANGES_MAX, describePlan, HEAD_BYTES, KINDS, planFrom } from './plan.mjs';

const SHAPE = {
  bytesMax: HEAD_BYTES + CHANGES_MAX * CHANGE_BYTES,
  headBytes: HEAD_BYTES,
  unitBytes: CHANGE_BYTES,
};
/** Strangers that knock at once. */
const CROWD = 128;
/** Before memory is measured first: by then the process has what it needs for its work. */
const WARM_UP = 5_000;
/** … and it is looked at again so often, to tell a slope from a step. */
const LOOKS = 10;
const GROWTH_MAX_BYTES = 48 * 1024 * 1024;
const LOOK_MILLIS = 20;

export const name = 'tls';
export const summary =
  'TLS handshakes and certificates, right and wrong, at a node in another process';

const strangers = createStrangers();

export function describe(input) {
  return describePlan(planFrom(input, strangers));
}

/** Each stranger with each hello and each order, nothing changed. */
export function seeds() {
  const all = [];
  for (let who = 0; who < strangers.length; who++) {
    for (let how = 0; how < KINDS.hellos; how++) {
      for (let what = 0; what < KINDS.orders; what++) {
        all.push(Uint8Array.of(who, how, what, 0, 0, 0));
      }
    }
  }
  return all;
}

/**
 * Knocks so often, or for so long: first with `given` as they are, then with mutations of those that are not dear.
 *
 * @param {object} task `random`, `given` inputs, `executions`, `seconds`
 * @returns As of a campaign of any other target (CPU time is the strangers'), and `memory` of the node in bytes: `before` and `after`, and `course`, one for each tenth of the executions.
 */
export async function runCampaign({ random, given, executions, seconds = Infinity }) {
  const node = await Target.start();
  const mutator = new Mutator({ random, shape: SHAPE });
  const bases = given.filter((input) => !planFrom(input, strangers).stranger.isDear);
  const pick = () => bases[random.u32() % bases.length];
  const began = performance.now();
  const used = process.cpuUsage();
  const features = new Features();
  const memory = { before: 0, after: 0, course: [] };
  let done = 0;
  let finding;
  try {
    while (done < executions && performance.now() - began < 1_000 * seconds) {
      const size = Math.min(CROWD, executions - done);
      const inputs = Array.from({ length: size }, (_, i) =>
        (given[done + i] ?? mutator.mutate(pick(), pick())).slice(),
      );
      await node.execute(inputs, features);
      done += size;
      if (memory.before === 0 && done >= WARM_UP) memory.before = await node.memory();
      const looks = Math.floor((LOOKS * done) / executions);
      if (looks > memory.course.length) memory.course.push(await node.memory());
    }
    memory.after = await node.settle();
    const growth = memory.before === 0 ? 0 : memory.after - memory.before;
    must(growth <= GROWTH_MAX_BYTES, 'memory', () => `the node grew by ${growth} bytes`);
  } catch (error) {
    finding = explain(error, done);
  } finally {
    await node.close();
  }
  const passed = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(used);
  const cpuSeconds = (user + system) / 1_000_000;
  return {
    executions: done,
    seconds: passed,
    cpuSeconds,
    features: features.count,
    memory,
    finding,
  };
}

/** Executes one input by itself at a new node: what it broke, or undefined. */
export async function outcomeOf(input) {
  const node = await Target.start();
  try {
    await node.execute([input], new Features());
    await node.settle();
    return undefined;
  } catch (error) {
    return explain(error, 1);
  } finally {
    await node.close();
  }
}

function explain(error, execution) {
  const { message, stack = '', input = new Uint8Array(0) } = error;
  const lines = describe(input);
  return { rule: ruleOf(error), message, stack, execution, found: input, input, lines };
}

/** The node, and what is known of it. */
class Target {
  #child;
  #port;
  #opened = 0;
  #bytesIn = 0;

  static async start() {
    const target = new Target();
    target.#child = fork(fileURLToPath(new URL('node.mjs', import.meta.url)));
    target.#port = (await target.#next()).port;
    return target;
  }

  /** All at once; where something is wrong, one by one to find who it was. */
  async execute(inputs, features) {
    try {
      await this.#knock(inputs, features);
    } catch (error) {
      if (inputs.length === 1 || this.#isDead) throw blame(error, inputs[0]);
      for (const input of inputs) {
        try {
          await this.#knock([input], features);
        } catch (again) {
          throw blame(again, input);
        }
      }
      // Together they do what none does alone, unless the machine was too busy for those who may come in.
      if (ruleOf(error) !== 'not-let-in') throw blame(error, inputs[0]);
    }
  }

  async memory() {
    return (await this.#ask()).rss;
  }

  /** Waits until no connection is left. */
  async settle() {
    for (;;) {
      const { sockets, rss } = await this.#ask();
      if (sockets === 0) return rss;
      await sleep(LOOK_MILLIS);
    }
  }

  async close() {
    if (this.#isDead) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  get #isDead() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #knock(inputs, features) {
    const plans = inputs.map((input) => planFrom(input, strangers));
    const results = await Promise.all(plans.map((plan) => knock(this.#port, plan)));
    const state = await this.#ask();
    const opened = state.opened - this.#opened;
    const bytes = state.bytesIn - this.#bytesIn;
    this.#opened = state.opened;
    this.#bytesIn = state.bytesIn;
    const entitled = plans.filter(({ isEntitled }) => isEntitled);
    const readable = plans.reduce((sum, plan) => sum + readableBytes(plan), 0);
    const known = new Set(entitled.map(({ stranger }) => stranger.identity));
    const other = state.identities.find((identity) => !known.has(identity));
    must(other === undefined, 'another-identity', () => `${other} is nobody who has knocked`);
    must(opened <= entitled.length, 'taken', () => `${opened} of ${entitled.length} who may be`);
    must(bytes <= readable, 'read', () => `${bytes} bytes, ${readable} may be`);
    for (const [i, { isAnswered }] of results.entries()) {
      const plan = plans[i];
      features.note((isAnswered ? 1 : 0) | (inputs[i][0] << 1) | (inputs[i][2] << 5));
      must(plan.mayBeRead || !isAnswered, 'answered', () => 'somebody who may not come in');
    }
    // Of those that come at once with the same key one gets the link.
    const served = new Set(plans.filter((_, i) => results[i].isAnswered).map(identityOf));
    const forgotten = plans.find((plan) => plan.mustBeRead && !served.has(identityOf(plan)));
    must(forgotten === undefined, 'not-let-in', () => 'somebody who may come in');
  }

  async #ask() {
    if (this.#isDead) throw new FuzzFailure('dead', 'the node has ended');
    this.#child.send('?');
    return await this.#next();
  }

  /** What it tells next; throws if it ends instead. */
  async #next() {
    const over = new AbortController();
    const heard = (what) => once(this.#child, what, { signal: over.signal });
    const [state] = await Promise.race([heard('message'), heard('exit')]);
    over.abort();
    if (typeof state === 'object' && state !== null) return state;
    throw new FuzzFailure('dead', `the node has ended with ${state ?? 'a signal'}`);
  }
}

function identityOf({ stranger }) {
  return stranger.identity;
}

/** What a node may read of a stranger at most. */
function readableBytes({ mayBeRead, edit }) {
  return mayBeRead ? edit('application', APPLICATION).length : 0;
}

function blame(error, input) {
  error.input = input;
  return error;
}
