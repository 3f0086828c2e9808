/** The extension among real nodes: what goes over the wire between them, and what a node that was away gets. */
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  peerAnnounce,
  ScriptedPeer,
  startTestNode,
  text,
  until,
  type TestNode,
  type TestNodeOptions,
} from '../../src/testkit/index.ts';
import type { PeerMessage } from '../../src/wire/peer-messages.ts';
import { RecordingProxy, type Conversation } from './recording-proxy.ts';

const TYPE = 1337;
/** So few links that each node has those it was told of, and no others. */
const FEW = {
  degree: 1,
  minConnections: 1,
  maxConnections: 4,
  searchCooldownMillis: 1_000,
} as const;
const EXISTING = new Set<string>([
  'peer-announce',
  'peer-discovery',
  'peer-offer',
  'peer-info',
  'peer-challenge',
  'peer-verification',
  'peer-validation',
]);

/** A node and the text before the first blank of all that it was notified of, in order. */
interface Listener extends TestNode {
  readonly heard: string[];
}

async function listener(options: TestNodeOptions = {}): Promise<Listener> {
  const node = await startTestNode({ ...FEW, ...options, cleanUp: onTestFinished });
  const heard: string[] = [];
  node.node.subscribe(TYPE, ({ data }) => {
    heard.push(text(data).split(' ', 1)[0]!);
    return true;
  });
  return Object.assign(node, { heard });
}

/** `name` and so many bytes in all. */
function say(from: TestNode, name: string, bytes = 2_048): Promise<void> {
  return from.node.announce(TYPE, `${name} `.padEnd(bytes, '.'));
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}

/** Five nodes, each linked to the one before over a recorded wire. */
async function line(): Promise<{ nodes: Listener[]; wires: RecordingProxy[] }> {
  const nodes = [await listener()];
  const wires: RecordingProxy[] = [];
  for (let i = 1; i < 5; i++) {
    const wire = await RecordingProxy.open(nodes[i - 1]!.address);
    wires.push(wire);
    nodes.push(await listener({ knownPeers: [wire.address] }));
  }
  await Promise.all(nodes.map(({ node }) => node.whenConnected(1)));
  await until(() => wires.every(hasGreeted));
  return { nodes, wires };
}

function hasGreeted({ conversations }: RecordingProxy): boolean {
  return conversations.some(
    (spoken) => spoken.said('>').some(isHello) && spoken.said('<').some(isHello),
  );
}

function isHello({ kind }: PeerMessage): boolean {
  return kind === 'peer-hello';
}

function kindsOf(wires: readonly RecordingProxy[]): Set<string> {
  const spoken = wires.flatMap(({ conversations }) => conversations);
  return new Set(spoken.flatMap(allSaid).map(({ kind }) => kind));
}

function allSaid(conversation: Conversation): PeerMessage[] {
  return [...conversation.said('>'), ...conversation.said('<')];
}

describe('five nodes in a line', () => {
  it('bring each message to everybody else, once', async () => {
    const { nodes } = await line();
    const said = names('m', 20);
    for (const [i, name] of said.entries()) await say(nodes[i % 5]!, name, 100 * (i + 1));
    await until(() => nodes.every(({ heard }) => heard.length >= 16));
    const others = nodes.map((_, at) => sorted(said.filter((_name, i) => i % 5 !== at)));
    expect(nodes.map(({ heard }) => sorted(heard))).toEqual(others);
  });

  it('begin the extension with one 520 in each direction, before anything else of it', async () => {
    const { nodes, wires } = await line();
    for (const name of names('m', 5)) await say(nodes[2]!, name);
    await until(() => nodes.every(({ heard }, at) => at === 2 || heard.length === 5));
    const extended = wires
      .flatMap(({ conversations }) => conversations)
      .flatMap((spoken) => [spoken.said('>'), spoken.said('<')])
      .map((said) => said.map(({ kind }) => kind).filter((kind) => !EXISTING.has(kind)));
    expect(extended.map((kinds) => kinds.lastIndexOf('peer-hello'))).toEqual(extended.map(() => 0));
  });

  it('name messages with 522, are asked for them with 523, and warn of large ones with 524', async () => {
    const { nodes, wires } = await line();
    for (const name of names('m', 5)) await say(nodes[2]!, name, 20_000);
    await until(() => nodes.every(({ heard }, at) => at === 2 || heard.length === 5));
    const missing = ['peer-have', 'peer-want', 'peer-dont-want'].filter(
      (kind) => !kindsOf(wires).has(kind),
    );
    expect(missing).toEqual([]);
  });
});

describe('an existing node', () => {
  it('is sent 504 to 510 alone, and every message', async () => {
    const wide = { degree: 3, minConnections: 3 };
    const hub = await listener(wide);
    const extended = await listener({ ...wide, knownPeers: [hub.address] });
    await hub.node.whenConnected(1);
    const existing = await ScriptedPeer.link(hub.address, { cleanUp: onTestFinished });
    for (const name of names('a', 10)) await say(hub, name);
    for (const name of names('b', 10)) await say(extended, name, 20_000);
    const announced = (): PeerMessage[] =>
      existing.received.filter(({ kind }) => kind === 'peer-announce');
    await until(() => announced().length >= 20);
    expect(existing.received.filter(({ kind }) => !EXISTING.has(kind))).toEqual([]);
  });

  it('that shows no bit is heard like any other', async () => {
    const hub = await listener();
    const extended = await listener({ knownPeers: [hub.address] });
    await hub.node.whenConnected(1);
    const existing = await ScriptedPeer.link(hub.address, { cleanUp: onTestFinished });
    existing.say(peerAnnounce({ dataType: TYPE, data: 'old one' }));
    await until(() => extended.heard.length > 0);
    expect([hub.heard, extended.heard]).toEqual([['old'], ['old']]);
  });
});

describe('a node with the extension off', () => {
  it('neither says nor is sent anything of it, and misses nothing', async () => {
    const hub = await listener();
    const wire = await RecordingProxy.open(hub.address);
    const existing = await listener({ knownPeers: [wire.address], extension: false });
    await existing.node.whenConnected(1);
    for (const name of names('a', 5)) await say(hub, name, 20_000);
    for (const name of names('b', 5)) await say(existing, name, 20_000);
    await until(() => hub.heard.length >= 5 && existing.heard.length >= 5);
    expect([...kindsOf([wire])].filter((kind) => !EXISTING.has(kind))).toEqual([]);
  });
});

describe('a node that was cut off', () => {
  it('gives and gets exactly what was missed, each once, when it is back', async () => {
    const { first, second, away, wire } = await threeWithAWire();
    wire.cut();
    await until(() => wire.refused >= 2);
    for (const name of names('here', 5)) await say(first, name);
    for (const name of names('away', 5)) await say(away, name);
    wire.mend();
    await until(() => away.heard.length >= 6 && first.heard.length >= 6);
    await say(first, 'last');
    await until(() => away.heard.includes('last'));
    expect([first, second, away].map(({ heard }) => sorted(heard))).toEqual([
      sorted(['early', ...names('away', 5)]),
      sorted(['early', 'early-too', ...names('here', 5), ...names('away', 5), 'last']),
      sorted(['early-too', ...names('here', 5), 'last']),
    ]);
  });
});

describe('a node that starts for the first time', () => {
  it('gets nothing that was announced before', async () => {
    const { first, second, wire } = await threeWithAWire();
    for (const name of names('old', 5)) await say(first, name);
    await until(() => second.heard.length >= 5);
    wire.cut();
    await until(() => wire.refused >= 2);
    const newcomer = await listener({ knownPeers: [second.address] });
    await newcomer.node.whenConnected(1);
    await until(() => newcomer.node.stats().traffic.links.messagesIn > 0);
    await say(first, 'new');
    await until(() => newcomer.heard.length > 0);
    expect(newcomer.heard).toEqual(['new']);
  });
});

/** `first` and `second` linked, and `away`, whose only way to them is a wire to `second`. */
async function threeWithAWire(): Promise<{
  first: Listener;
  second: Listener;
  away: Listener;
  wire: RecordingProxy;
}> {
  const second = await listener();
  // Nobody listens on the port that the others tell, so nobody comes to them by another way.
  const first = await listener({ knownPeers: [second.address], advertisePort: 9 });
  await first.node.whenConnected(1);
  const wire = await RecordingProxy.open(second.address);
  const away = await listener({ knownPeers: [wire.address], advertisePort: 9 });
  await away.node.whenConnected(1);
  await until(() => hasGreeted(wire));
  await say(away, 'early');
  await until(() => first.heard.length === 1);
  await say(first, 'early-too');
  await until(() => away.heard.length === 1);
  return { first, second, away, wire };
}
