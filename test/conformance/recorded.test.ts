/**
 * What real nodes said to each other one day, byte by byte: today's node reads all of it, and each side of it can be
 * played to today's node, which gets all that it should.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  PeerListener,
  ScriptedPeer,
  startTestNode,
  until,
  type TestNode,
  type TestNodeOptions,
} from '../../src/testkit/index.ts';
import {
  encodePeerMessage,
  peerMessageReader,
  type PeerMessage,
} from '../../src/wire/peer-messages.ts';
import { concat, readAll } from '../unit/wire/frames.ts';
import { messageOf, readConversation, titleOf, typeOf, type Spoken } from './conversation.ts';

const RECORDED = readConversation('extension-1-recorded.txt');
const WITH_EXISTING = [
  { who: 'an existing node dials', side: '>', file: 'existing-dials-recorded.txt' },
  { who: 'an existing node is dialled', side: '<', file: 'existing-is-dialled-recorded.txt' },
] as const;
const TYPE = 1337;

describe('the recorded conversation of two nodes', () => {
  it.each(['>', '<'] as const)('is read from one end to the other: %s', (side) => {
    const spoken = RECORDED.filter(({ by }) => by === side);
    const read = readAll(peerMessageReader(), concat(...spoken.map(({ bytes }) => bytes)));
    expect(read.map(titleOf)).toEqual(spoken.map(({ title }) => title));
  });

  it('is written as it was', () => {
    const rewritten = RECORDED.map((spoken) => encodePeerMessage(messageOf(spoken)));
    expect(rewritten).toEqual(RECORDED.map(({ bytes }) => bytes));
  });

  it('names, asks, gives, warns and compares', () => {
    const types = new Set(RECORDED.map(typeOf));
    const missing = [504, 507, 510, 520, 521, 522, 523, 524, 526, 527].filter((t) => !types.has(t));
    expect(missing).toEqual([]);
  });

  it.each(['>', '<'] as const)('brings a node all that was sent, when played: %s', async (side) => {
    const { node, heard, peer } = await startAgainst(side);
    await play(RECORDED, side, peer);
    await until(() => heard.length >= sentTo(RECORDED, side).length);
    expect(heard.sort()).toEqual(sentTo(RECORDED, side).sort());
    expect(node.events.filter(({ kind }) => kind === 'link-lost')).toEqual([]);
  });

  it.each(['>', '<'] as const)('leaves the link in order, when played: %s', async (side) => {
    const { peer } = await startAgainst(side);
    await play(RECORDED, side, peer);
    peer.say({ kind: 'peer-ping', token: 77 });
    expect(await peer.next('peer-pong')).toEqual({ kind: 'peer-pong', token: 77 });
  });
});

describe.each(WITH_EXISTING)('the recorded conversation in which $who', ({ side, file }) => {
  const recorded = readConversation(file);

  it('is written as it was', () => {
    const rewritten = recorded.map((spoken) => encodePeerMessage(messageOf(spoken)));
    expect(rewritten).toEqual(recorded.map(({ bytes }) => bytes));
  });

  it('has nothing of the extension but the one bit', () => {
    const shown = recorded.filter(
      (spoken) => typeOf(spoken) >= 520 || (spoken.by === side && isExtended(messageOf(spoken))),
    );
    expect(shown.map(({ by, title }) => `${by} ${title}`)).toEqual([]);
  });

  it('makes a node say nothing of the extension, when played', async () => {
    const { node, heard, peer } = await startAgainst(side);
    await play(recorded, side, peer);
    await until(() => heard.length >= sentTo(recorded, side).length);
    await node.node.announce(TYPE, 'the last');
    await peer.next('peer-announce');
    expect(peer.received.map(titleOf).filter((title) => title >= '520')).toEqual([]);
  });
});

function isExtended(message: PeerMessage): boolean {
  return 'isExtended' in message && message.isExtended === true;
}

/** A node and the connection on which one side of a conversation is to be played to it. */
async function startAgainst(
  side: '>' | '<',
): Promise<{ node: TestNode; heard: string[]; peer: ScriptedPeer }> {
  const options = { relay: 'all', cleanUp: onTestFinished } as const;
  if (side === '>') {
    const [node, heard] = await listener(options);
    return { node, heard, peer: await ScriptedPeer.dial(node.address, options) };
  }
  const at = await PeerListener.listen({ cleanUp: onTestFinished });
  const [node, heard] = await listener({ ...options, knownPeers: [at.address] });
  return { node, heard, peer: await at.accept() };
}

async function listener(options: TestNodeOptions): Promise<[TestNode, string[]]> {
  const node = await startTestNode(options);
  const heard: string[] = [];
  for (const dataType of [TYPE, 7]) {
    node.node.subscribe(dataType, ({ data }) => {
      heard.push(Buffer.from(data).toString('latin1'));
      return true;
    });
  }
  return [node, heard];
}

/** Says what one side said, the second message and all after it when the link is open. */
async function play(spoken: readonly Spoken[], side: '>' | '<', peer: ScriptedPeer): Promise<void> {
  const [first, ...others] = spoken.filter(({ by }) => by === side).map(({ bytes }) => bytes);
  if (side === '<') await peer.next('peer-info');
  peer.send(first!);
  if (side === '>') await peer.next('peer-validation');
  peer.send(...others);
}

/** What the other side was told, each once. */
function sentTo(spoken: readonly Spoken[], side: '>' | '<'): string[] {
  const messages = spoken.filter(({ by }) => by === side).map(messageOf);
  const sent = messages.flatMap((message) =>
    message.kind === 'peer-announce' ? [Buffer.from(message.data).toString('latin1')] : [],
  );
  return [...new Set(sent)];
}
