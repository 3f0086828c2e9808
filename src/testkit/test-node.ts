/**
 * A node for a test: in this process, on free ports, without proof of work, with an API and a directory of its
 * own, and with all that it told at hand.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNode } from '../daemon/create-node.ts';
import type { HearsayEvent, HearsayNode } from '../daemon/hearsay-node.ts';
import type { NodeOptions } from '../daemon/node-options.ts';
import type { CleanUpOptions } from './clean-up.ts';

export interface TestNodeOptions extends Omit<NodeOptions, 'api' | 'log'>, CleanUpOptions {
  /** As in NodeOptions, or `unix` for a socket in the node's directory. Default `127.0.0.1:0`. */
  readonly api?: NodeOptions['api'] | 'unix' | undefined;
}

/** One line of a node's log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface TestNode {
  readonly node: HearsayNode;
  /** `HOST:PORT` where it listens for peers. */
  readonly address: string;
  /** Where it listens for applications: `HOST:PORT` or `unix:PATH`. Reading it throws if it has no API. */
  readonly apiAddress: string;
  /** What it has told, in order. They and the lines are not bounded; tests are short. */
  readonly events: readonly HearsayEvent[];
  readonly lines: readonly LogLine[];
  /** A temporary directory that is removed with the node. */
  readonly directory: string;
  /** Ends the node and removes its directory. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a node; the transport is `plain`, which scripted peers speak, and proof of work `none`, unless asked for.
 * Rejects as `createNode` does.
 */
export async function startTestNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { api = '127.0.0.1:0', cleanUp, ...nodeOptions } = options;
  const directory = await mkdtemp(join(tmpdir(), 'hearsay-'));
  const lines: LogLine[] = [];
  try {
    const node = await createNode({
      ...nodeOptions,
      transport: nodeOptions.transport ?? 'plain',
      proofOfWork: nodeOptions.proofOfWork ?? 'none',
      api: api === 'unix' ? `unix:${join(directory, 'api.sock')}` : api,
      log: collectingLog(lines),
    });
    const testNode = new RunningTestNode(node, directory, lines);
    cleanUp?.(() => testNode.close());
    return testNode;
  } catch (error) {
    await rm(directory, { recursive: true });
    throw error;
  }
}

class RunningTestNode implements TestNode {
  readonly node: HearsayNode;
  readonly directory: string;
  readonly lines: readonly LogLine[];
  readonly #events: HearsayEvent[] = [];

  constructor(node: HearsayNode, directory: string, lines: readonly LogLine[]) {
    this.node = node;
    this.directory = directory;
    this.lines = lines;
    node.on('event', (event) => this.#events.push(event));
  }

  get address(): string {
    return this.node.address;
  }

  get apiAddress(): string {
    const { apiAddress } = this.node;
    if (apiAddress === undefined) throw new Error('this node was started with api: false');
    return apiAddress;
  }

  get events(): readonly HearsayEvent[] {
    return this.#events;
  }

  async close(): Promise<void> {
    await this.node.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function collectingLog(lines: LogLine[]): NonNullable<NodeOptions['log']> {
  const write =
    (level: LogLine['level']) =>
    (fields: object, message: string): number =>
      lines.push({ level, fields: { ...fields }, message });
  return { debug: write('debug'), info: write('info'), warn: write('warn') };
}
