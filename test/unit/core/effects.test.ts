import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import { laneOf } from '../../../src/core/effects.ts';
import type { Lane } from '../../../src/core/lanes.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';

const PING: PeerMessage = { kind: 'peer-ping', token: 1 };
const ANNOUNCE: PeerMessage = {
  kind: 'peer-announce',
  id: u64(0, 1),
  ttl: 0,
  dataType: 1,
  data: new Uint8Array(0),
};

describe('what is sent', () => {
  it.each<[string, PeerMessage, { own: boolean; isReply?: true }, Lane]>([
    ['an announcement of others', ANNOUNCE, { own: false }, 'forward'],
    ['an own announcement', ANNOUNCE, { own: true }, 'own'],
    ['an announcement that was asked for', ANNOUNCE, { own: false, isReply: true }, 'reply'],
    ['anything else', PING, { own: false }, 'control'],
    ['what must not overtake an own announcement', PING, { own: true }, 'own'],
  ])('waits in its lane: %s', (_, message, marks, lane) => {
    expect(laneOf({ kind: 'send', links: [1], message, ...marks })).toBe(lane);
  });
});
