/** Reads the conversations that are kept here: who said what, byte by byte. extension-1.txt says how they are laid out. */
import { readFileSync } from 'node:fs';
import { peerMessageReader, type PeerMessage } from '../../src/wire/peer-messages.ts';
import { hex, readAll } from '../unit/wire/frames.ts';

export interface Spoken {
  /** The initiator of the link, or its receiver. */
  readonly by: '>' | '<';
  /** The number of its type, and its name. */
  readonly title: string;
  readonly bytes: Uint8Array;
}

/** `name` of a file beside this one. */
export function readConversation(name: string): readonly Spoken[] {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  const blocks = text.matchAll(/^([<>]) (\d+ [A-Z ]+).*\n((?: {2}[0-9a-f]+\n)+)/gm);
  return [...blocks].map(([, by, title, bytes]) => ({
    by: by as '>' | '<',
    title: title!,
    bytes: hex(bytes!),
  }));
}

/** The one message of a frame. */
export function messageOf({ bytes }: Spoken): PeerMessage {
  const [message] = readAll(peerMessageReader(), bytes);
  return message as PeerMessage;
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
export function titleOf({ kind }: { readonly kind: string }): string {
  const name = kind.replace('peer-', '');
  return `${TYPES[name]} ${name.replace('-', ' ').toUpperCase()}`;
}

/** The number of a frame's type. */
export function typeOf({ bytes }: Spoken): number {
  return bytes[2]! * 256 + bytes[3]!;
}
