/**
 * The processes of the laboratory: nodes as people run them (`hearsay run`), and parts, which are whoever else
 * there is. All are ended with the laboratory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuMillisOf, rssKibOf } from '../../bench/parts/proc.mjs';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
export const PORT = 6001;
/** So small that a figure is one of the door and not of the toll. */
export const DIFFICULTY = 8;
const LOOK_MILLIS = 20;
/** Lines of a log that are kept; the first ones give way. */
const LINES_MAX = 100_000;

const started = new Set();

/** Resolves once `isTrue()`, which is asked all the time. */
export async function until(isTrue) {
  while (!isTrue()) await sleep(LOOK_MILLIS);
}

export async function endAll() {
  for (const process of started) await process.end();
}

class Process {
  #child;

  constructor(host, words, stdio, before = '') {
    const [program, ...rest] = host.command(
      'sh',
      '-ec',
      `${before}ulimit -n 20000; exec "$0" "$@"`,
      ...words,
    );
    this.#child = spawn(program, rest, { stdio });
    started.add(this);
  }

  get child() {
    return this.#child;
  }

  /** The process itself: the shell and `ip` have made room for it. */
  get pid() {
    return this.#child.pid;
  }

  get hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async end() {
    started.delete(this);
    if (this.hasEnded) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** A node, and what it logs. */
export class NodeProcess extends Process {
  lines = [];
  #host;
  #folder;

  /**
   * @param {Record<string, string | number>} [settings] Keys of the configuration beside the usual ones.
   * @param {string} [folder] That of a node before it; default a new one.
   * @param {(stateDir: string) => string} [prepare] Shell commands before the node starts; what they mount is there
   *   for it alone.
   */
  static async start(host, settings = {}, folder = newFolder(), prepare = undefined) {
    const node = new NodeProcess(host, folder, settings, prepare?.(stateOf(folder)));
    await until(() => node.line(({ p2pAddress }) => p2pAddress !== undefined) || node.hasEnded);
    if (node.hasEnded) throw new Error(`a node has ended: ${JSON.stringify(node.lines)}`);
    return node;
  }

  constructor(host, folder, settings, before) {
    const all = {
      'p2p-address': `${host.address}:${PORT}`,
      'api-address': `unix:${join(folder, 'api')}`,
      'state-dir': stateOf(folder),
      'pow-difficulty': DIFFICULTY,
      transport: 'tls',
      ...settings,
    };
    const flags = Object.entries(all).flatMap(([key, value]) => [`--${key}`, String(value)]);
    super(host, [process.execPath, MAIN, 'run', ...flags], ['ignore', 'ignore', 'pipe'], before);
    this.#host = host;
    this.#folder = folder;
    createInterface({ input: this.child.stderr }).on('line', (line) => this.#onLine(line));
  }

  get host() {
    return this.#host;
  }

  /** For others to dial. */
  get address() {
    return `${this.#host.address}:${PORT}`;
  }

  /** For programs; a path, which is the same on every host. */
  get apiAddress() {
    return `unix:${join(this.#folder, 'api')}`;
  }

  /** What the next life of this node may be given. */
  get folder() {
    return this.#folder;
  }

  /** As the node sees it, whatever is mounted there. */
  get stateDir() {
    return `/proc/${this.pid}/root${stateOf(this.#folder)}`;
  }

  get cpuMillis() {
    return cpuMillisOf(this.pid);
  }

  get rssKib() {
    return rssKibOf(this.pid);
  }

  /** Sockets that the process holds, those it listens on included. */
  get sockets() {
    const folder = `/proc/${this.pid}/fd`;
    return readdirSync(folder).filter((name) => isSocket(join(folder, name))).length;
  }

  /** The first line of the log that is so. */
  line(isSo) {
    return this.lines.find(isSo);
  }

  /** The links that are open now, as their `link open` lines; needs `log-level` debug. */
  get links() {
    const open = new Map();
    for (const line of this.lines) {
      if (isLinkOpen(line)) open.set(line.link, line);
      else if (String(line.msg).startsWith('link lost')) open.delete(line.link);
    }
    return [...open.values()];
  }

  /** Ends the process where it stands, and keeps its folder. */
  async crash() {
    await super.end();
  }

  async end() {
    await super.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #onLine(text) {
    if (this.lines.length === LINES_MAX) this.lines.splice(0, LINES_MAX / 2);
    try {
      this.lines.push(JSON.parse(text));
    } catch {
      this.lines.push({ msg: text });
    }
  }
}

function newFolder() {
  return mkdtempSync(join(tmpdir(), 'hearsay-lab-'));
}

export function stateOf(folder) {
  return join(folder, 'state');
}

function isSocket(path) {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    // Closed since the folder was read.
    return false;
  }
}

export function isLinkOpen({ msg }) {
  return String(msg).startsWith('link open');
}

/** How long a node took from its first line to its first link, in milliseconds; undefined while there is none. */
export function joinMillis(node) {
  const began = node.line(({ p2pAddress }) => p2pAddress !== undefined);
  const open = node.line(isLinkOpen);
  return open === undefined ? undefined : open.time - began.time;
}

/** A program of `parts/` on some host, which answers questions; see parts/part.mjs. */
export class Part extends Process {
  #open = new Map();
  #lastId = 0;

  constructor(host, name, options) {
    const file = fileURLToPath(new URL(`parts/${name}.mjs`, import.meta.url));
    const words = [process.execPath, file, JSON.stringify(options)];
    super(host, words, ['ignore', 'inherit', 'inherit', 'ipc']);
    this.child.on('message', ({ id, answer }) => {
      this.#open.get(id).resolve(answer);
      this.#open.delete(id);
    });
    this.child.on('exit', () => {
      for (const { reject } of this.#open.values()) reject(new Error(`${name} has ended`));
    });
  }

  /** Asks for its figures until they are so, and gives them. */
  async figuresWhen(isEnough) {
    for (;;) {
      const figures = await this.ask('figures');
      if (isEnough(figures)) return figures;
      await sleep(LOOK_MILLIS);
    }
  }

  ask(question, argument) {
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => this.#open.set(id, { resolve, reject }));
    this.child.send({ id, question, argument });
    return answer;
  }
}
