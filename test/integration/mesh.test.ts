/** A network of real nodes in this process: what reaches whom, and at which cost. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestNode, text, until, type TestNode } from '../../src/testkit/index.ts';

const TYPE = 1337;
const BYTES = 4_096;
const ROUNDS = 6;
/** Each node is linked to the next four around a ring, so it has eight links, or some more that it finds by itself. */
const NODES = 12;
const REACH = 4;

interface Mesh {
  readonly nodes: readonly TestNode[];
  /** By node: the names of the messages it was notified of. */
  readonly heard: readonly string[][];
}

/** Linked as said, and after some rounds in which each node announces one message and all wait for all of them. */
async function mesh(): Promise<Mesh> {
  const nodes: TestNode[] = [];
  const heard: string[][] = [];
  for (let i = 0; i < NODES; i++) {
    const limits = { degree: 4, minConnections: 4, maxConnections: 100 };
    const known = nodes.filter((_, j) => i - j <= REACH || NODES - i + j <= REACH);
    const knownPeers = known.map(({ address }) => address);
    const node = await startTestNode({ ...limits, knownPeers, cleanUp: onTestFinished });
    nodes.push(node);
    const said: string[] = [];
    heard.push(said);
    node.node.subscribe(TYPE, ({ data }) => {
      said.push(text(data).split(' ', 1)[0]!);
      return true;
    });
  }
  await Promise.all(nodes.map(({ node }) => node.whenConnected(2 * REACH)));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [i, { node }] of nodes.entries()) {
      await node.announce(TYPE, `${round}-${i} `.padEnd(BYTES, '.'));
    }
    await until(() => heard.every((said) => said.length >= round * (NODES - 1)));
  }
  return { nodes, heard };
}

describe('twelve nodes', () => {
  it('bring everything to everybody else, once', async () => {
    const { heard } = await mesh();
    expect(heard.map((said) => new Set(said).size)).toEqual(heard.map((said) => said.length));
  });

  it('send less than half the bytes of flooding', async () => {
    const { nodes } = await mesh();
    const links = nodes.reduce((sum, { node }) => sum + node.peers().length, 0) / 2;
    const sent = nodes.reduce((sum, { node }) => sum + node.stats().traffic.links.bytesOut, 0);
    // On every link twice, but only once on those that bring a first copy.
    const flooding = ROUNDS * NODES * BYTES * (2 * links - (NODES - 1));
    expect(sent / flooding).toBeLessThan(0.5);
  });
});
