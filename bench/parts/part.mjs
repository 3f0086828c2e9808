/**
 * The parts of a bench (nodes, relays, publishers, subscribers) are processes of their own, as in the field,
 * so that each has its event loop, its garbage and its CPU time to itself. A bench starts them, asks them
 * things and ends them through this file; what a part is stands in `part-*.mjs`.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const started = new Set();

export class Part {
  /** What the part told when it was ready, such as its ports. */
  hello;
  #child;
  #open = new Map();
  #lastId = 0;

  /**
   * Starts `part-NAME.mjs` and resolves when it is ready. `options` are JSON; `nodeFlags` go to node itself,
   * such as `--cpu-prof`.
   */
  static async start(name, options = {}, nodeFlags = []) {
    const part = new Part();
    const file = fileURLToPath(new URL(`part-${name}.mjs`, import.meta.url));
    part.#child = fork(file, [JSON.stringify(options)], { execArgv: nodeFlags });
    started.add(part);
    part.hello = await new Promise((resolve, reject) => {
      part.#child.once('message', resolve);
      part.#child.once('exit', (code, signal) =>
        reject(new Error(`part ${name} ended with ${code ?? signal} before it was ready`)),
      );
    });
    part.#child.removeAllListeners('exit');
    part.#child.on('exit', (code, signal) => part.#fail(name, code ?? signal));
    part.#child.on('message', ({ id, answer }) => {
      part.#open.get(id).resolve(answer);
      part.#open.delete(id);
    });
    return part;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Asks the part to do one of the things it can; resolves with what it answers. */
  ask(question, argument) {
    const id = ++this.#lastId;
    this.#child.send({ id, question, argument });
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject }));
  }

  /** User and system time of all its threads since its start, in microseconds. */
  cpuMicros() {
    return this.ask('cpuMicros');
  }

  /** Ends the process in order, so that a profile is written, and resolves when it is gone. */
  async end() {
    started.delete(this);
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await gone;
  }

  #fail(name, code) {
    for (const { reject } of this.#open.values()) {
      reject(new Error(`part ${name} ended with ${code} while it was asked something`));
    }
  }
}

/** Ends all parts that run. */
export async function endAll() {
  await Promise.all([...started].map((part) => part.end()));
}

/** The CPU time of several parts together, in microseconds. */
export async function cpuMicrosOf(parts) {
  const micros = await Promise.all(parts.map((part) => part.cpuMicros()));
  return micros.reduce((sum, each) => sum + each, 0);
}

/**
 * To be called by a part: `begin(options)` resolves, when the part is ready, with what it tells (`hello`)
 * and what it can be asked (`answers`, by name). The part ends when the bench does.
 */
export async function playPart(begin) {
  process.on('disconnect', () => process.exit(0));
  const { hello = {}, answers = {} } = await begin(JSON.parse(process.argv[2]));
  process.on('message', async ({ id, question, argument }) => {
    const answer = question === 'cpuMicros' ? ownCpuMicros() : await answers[question](argument);
    process.send({ id, answer });
  });
  process.send(hello);
}

function ownCpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
