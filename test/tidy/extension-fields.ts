/**
 * Messages 520 to 529 out of the `fields` column of docs/protocol.md: numbers, and lists in brackets whose items
 * are separated by semicolons. A digest is written as `0x` and 32 digits.
 */
import { u64FromHex } from '../../src/basics/integers.ts';
import type { MessageDigest } from '../../src/wire/digest.ts';
import type { ExtensionMessage, HaveEntry, Interest } from '../../src/wire/extension-messages.ts';
import { MessageType } from '../../src/wire/message-types.ts';
import { KEY_SPACE, type Range } from '../../src/wire/reconciliation.ts';

export type Fields = ReadonlyMap<string, string>;

/** Reads `id 0x01, TTL 4, data "x", types [1; 2]`; a word without a value, as in `no challenge`, is left out. */
export function fieldsOf(text: string): Fields {
  const pairs = text.matchAll(/([A-Za-z ]+?) ("[^"]*"|0x[0-9a-f]+|\d+|\[[^\]]*\])(?:, |$)/g);
  return new Map([...pairs].map(([, name, value]) => [name!, value!]));
}

export function extensionMessageOf(type: number, fields: Fields): ExtensionMessage {
  const number = (name: string): number => Number(fields.get(name));
  const digests = itemsOf(fields, 'digests').map(digestOf);
  switch (type) {
    case MessageType.peerHello:
      return {
        kind: 'peer-hello',
        version: number('version'),
        historySeconds: number('window'),
        features: number('features'),
        interest: interestOf(fields),
      };
    case MessageType.peerInterest:
      return { kind: 'peer-interest', interest: interestOf(fields) };
    case MessageType.peerHave:
      return { kind: 'peer-have', entries: itemsOf(fields, 'entries').map(entryOf) };
    case MessageType.peerWant:
      return { kind: 'peer-want', digests };
    case MessageType.peerDontWant:
      return { kind: 'peer-dont-want', digests };
    case MessageType.peerGone:
      return { kind: 'peer-gone', digests };
    case MessageType.peerPush:
      return { kind: 'peer-push', digests };
    case MessageType.peerReconcile:
      return {
        kind: 'peer-reconcile',
        exchange: number('exchange'),
        windowSeconds: number('window'),
        ranges: itemsOf(fields, 'ranges').map(rangeOf),
      };
    case MessageType.peerPing:
      return { kind: 'peer-ping', token: number('token') };
    case MessageType.peerPong:
      return { kind: 'peer-pong', token: number('token') };
    default:
      throw new Error(`docs/protocol.md: an example of type ${type}`);
  }
}

/** The 16 bytes of `0x…` as a digest. */
export function digestOf(text: string): MessageDigest {
  return Buffer.from(text.replace('0x', ''), 'hex').toString('latin1');
}

function itemsOf(fields: Fields, name: string): string[] {
  const inside = fields.get(name)?.slice(1, -1) ?? '';
  return inside === '' ? [] : inside.split('; ');
}

function interestOf(fields: Fields): Interest {
  const items = itemsOf(fields, 'types');
  return items[0] === 'many' ? 'many' : items.map(Number);
}

function entryOf(text: string): HaveEntry {
  const fields = fieldsOf(text);
  const number = (name: string): number => Number(fields.get(name));
  return {
    digest: digestOf(fields.get('digest')!),
    dataType: number('data type'),
    size: number('size'),
    ttl: number('TTL'),
    age: number('age'),
  };
}

function rangeOf(text: string): Range {
  const fields = fieldsOf(text);
  const end = Number(fields.get('end')) || KEY_SPACE;
  const fingerprint = u64FromHex(fields.get('fingerprint')?.slice(2) ?? '');
  if (fingerprint !== undefined) {
    return { mode: 'fingerprint', end, count: Number(fields.get('count')), fingerprint };
  }
  const digests = [...text.matchAll(/digest (0x[0-9a-f]+)/g)].map(([, digest]) => digest!);
  if (digests.length > 0) return { mode: 'digests', end, digests: digests.map(digestOf) };
  return text.endsWith(', done') ? { mode: 'done', end } : { mode: 'digests', end, digests: [] };
}
