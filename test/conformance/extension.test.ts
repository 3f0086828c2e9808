/**
 * A conversation in version 1 of the extension, kept so that whatever comes later reads it and writes it as it stands
 * there. The file never changes; another version gets a file of its own.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MessageDigest } from '../../src/wire/digest.ts';
import {
  encodePeerMessage,
  peerMessageReader,
  type PeerAnnounce,
  type PeerMessage,
} from '../../src/wire/peer-messages.ts';
import { concat, hex, readAll } from '../unit/wire/frames.ts';

interface Spoken {
  readonly by: '>' | '<';
  /** The number of its type, and its name. */
  readonly title: string;
  readonly bytes: Uint8Array;
}

const CONVERSATION = readConversation(
  readFileSync(new URL('extension-1.txt', import.meta.url), 'utf8'),
);
const MESSAGES = CONVERSATION.map(({ bytes }) => readAll(peerMessageReader(), bytes));

describe('the conversation in version 1', () => {
  it('has every message of the extension', () => {
    const types = new Set(CONVERSATION.map(({ bytes }) => bytes[2]! * 256 + bytes[3]!));
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

function readConversation(text: string): Spoken[] {
  const blocks = text.matchAll(/^([<>]) (\d+ [A-Z ]+).*\n((?: {2}[0-9a-f]+\n)+)/gm);
  return [...blocks].map(([, by, title, bytes]) => ({
    by: by as '>' | '<',
    title: title!,
    bytes: hex(bytes!),
  }));
}

const TYPES: Readonly<Record<string, number>> = {
  announce: 504,
  discovery: 505,
  info: 507,
  challenge: 508,
  verification: 509,
  validation: 510,
  hello: 520,
  interest: 521,
  have: 522,
  want: 523,
  'dont-want': 524,
  gone: 525,
  push: 526,
  reconcile: 527,
  ping: 528,
  pong: 529,
};

/** `520 HELLO` of a message of the kind `peer-hello`. */
function titleOf({ kind }: { readonly kind: string }): string {
  const name = kind.replace('peer-', '');
  return `${TYPES[name]} ${name.replace('-', ' ').toUpperCase()}`;
}
