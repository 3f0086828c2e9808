/**
 * A conversation in version 1 of the extension, kept so that whatever comes later reads it and writes it as it stands
 * there. The file never changes; another version gets a file of its own.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MessageDigest } from '../../src/wire/digest.ts';
import {
  encodePeerMessage,
  peerMessageReader,
  type PeerAnnounce,
  type PeerMessage,
} from '../../src/wire/peer-messages.ts';
import { concat, readAll } from '../unit/wire/frames.ts';
import { readConversation, titleOf, typeOf } from './conversation.ts';

const CONVERSATION = readConversation('extension-1.txt');
const MESSAGES = CONVERSATION.map(({ bytes }) => readAll(peerMessageReader(), bytes));

describe('the conversation in version 1', () => {
  it('has every message of the extension', () => {
    const types = new Set(CONVERSATION.map(typeOf));
    const missing = Array.from({ length: 10 }, (_, i) => 520 + i).filter((t) => !types.has(t));
    expect(missing).toEqual([]);
  });

  it.each(['>', '<'])('is read from one end to the other: %s', (side) => {
    const spoken = CONVERSATION.filter(({ by }) => by === side);
    const read = readAll(peerMessageReader(), concat(...spoken.map(({ bytes }) => bytes)));
    expect(read.map(titleOf)).toEqual(spoken.map(({ title }) => title));
  });

  it.each(CONVERSATION)('is written as it stands there: $by $title', ({ bytes }) => {
    const [message] = readAll(peerMessageReader(), bytes);
    expect(encodePeerMessage(message as PeerMessage)).toEqual(bytes);
  });

  it('begins the extension with the bits of 507 and 510 and one 520 each', () => {
    const shown = MESSAGES.flat().filter(
      (message) => 'isExtended' in message && message.isExtended,
    );
    expect(shown.map(({ kind }) => kind)).toEqual(['peer-info', 'peer-validation']);
    expect(MESSAGES.flat().filter(({ kind }) => kind === 'peer-hello')).toEqual([
      {
        kind: 'peer-hello',
        version: 1,
        historySeconds: 300,
        features: 1,
        interest: [1337, 7],
      },
      { kind: 'peer-hello', version: 1, historySeconds: 600, features: 0, interest: [1337] },
    ]);
  });

  it('names every message that was given by the digest of its content', () => {
    const named = MESSAGES.flat().flatMap((message) =>
      message.kind === 'peer-want' ? message.digests : [],
    );
    const given = MESSAGES.flat().filter((message) => message.kind === 'peer-announce');
    const pushed = MESSAGES.flat().flatMap((message) =>
      message.kind === 'peer-dont-want' ? message.digests : [],
    );
    const all = new Set([...named, ...pushed]);
    expect(given.map(digestOf).filter((digest) => !all.has(digest))).toEqual([]);
  });
});

function digestOf({ id, dataType, data }: PeerAnnounce): MessageDigest {
  const head = Buffer.alloc(10);
  head.writeUInt32BE(id.high);
  head.writeUInt32BE(id.low, 4);
  head.writeUInt16BE(dataType, 8);
  return createHash('sha256').update(head).update(data).digest().toString('latin1', 0, 16);
}
