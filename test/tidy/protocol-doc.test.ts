/**
 * docs/protocol.md is what others build their nodes and clients from, so what it states in tables is
 * checked against the code: sizes, example messages, proofs of work, address scopes and bounds.
 *
 * A table is found by the names of its columns; backticks in cells do not count. An example message has a
 * column `bytes` in hexadecimal and a column `fields` of `name value` pairs, separated by commas.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { u64FromHex, type U64 } from '../../src/basics/integers.ts';
import { DEFAULT_BOUNDS } from '../../src/core/settings.ts';
import { CHALLENGE_LABEL } from '../../src/daemon/transport/peer-check.ts';
import { parseAddress, parseIp, scopeOf } from '../../src/wire/address.ts';
import * as api from '../../src/wire/api-messages.ts';
import { DATA_BYTES_MAX, MESSAGE_SHAPES, MessageType } from '../../src/wire/message-types.ts';
import { decodeOfferText, encodeOfferText } from '../../src/wire/offer-text.ts';
import * as peer from '../../src/wire/peer-messages.ts';
import { extensionMessageOf, fieldsOf, type Fields } from './extension-fields.ts';
import { exportedKey } from './tls-exporter.ts';

type Row = ReadonlyMap<string, string>;
type Message = api.ClientMessage | api.Notification | peer.PeerMessage;

const TABLES = readTables(readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8'));

describe('the size table of docs/protocol.md', () => {
  it('names every message type with the direction and the sizes that the decoders allow', () => {
    const directions = {
      'client-to-node': 'client → node',
      'node-to-client': 'node → client',
      'peer-to-peer': 'peer ↔ peer',
    };
    const shapes = MESSAGE_SHAPES.map((shape) => [
      `${shape.type}`,
      shape.name,
      directions[shape.direction],
      shape.sizes.map(grouped).join(shape.open ? ' to ' : ' or ') +
        (shape.step === 1 ? '' : ` in steps of ${shape.step}`),
    ]);
    expect(columns('type', 'name', 'direction', 'size')).toEqual(shapes);
  });

  it('says how much data fits into an announcement', () => {
    const data = new Map(columns('type', 'data in it').map(([type, size]) => [type, size]));
    expect(data.get('500')).toBe(`0 to ${grouped(DATA_BYTES_MAX)}`);
    expect(data.get('504')).toBe(`0 to ${grouped(DATA_BYTES_MAX)}`);
  });
});

describe('the example messages of docs/protocol.md', () => {
  const examples = columns('type', 'bytes', 'fields').map(([type, bytes, fields]) => ({
    type: Number(type),
    bytes: fromHex(bytes),
    message: messageOf(Number(type), fieldsOf(fields!)),
    title: `${type} with ${fields}`,
  }));

  it('cover every message type', () => {
    const types = new Set(examples.map((example) => example.type));
    expect([...types].toSorted()).toEqual(MESSAGE_SHAPES.map((shape) => shape.type));
  });

  it.each(examples)('$title: the encoder writes the bytes shown', ({ message, bytes }) => {
    expect(toHex(encode(message))).toBe(toHex(bytes));
  });

  it.each(examples)('$title: the decoder reads the fields shown', ({ type, message, bytes }) => {
    expect(decode(type, bytes)).toEqual(message);
  });

  it('offer addresses that are read and written as shown', () => {
    for (const text of offerTexts()) {
      const addresses = decodeOfferText(text);
      expect(Array.isArray(addresses) && toHex(encodeOfferText(addresses))).toBe(toHex(text));
    }
  });
});

describe('the proofs of work of docs/protocol.md', () => {
  const nonces = columns('challenge', 'nonce', 'SHA-256 of the 16 bytes', 'zero bits');
  const packets = columns('506 packet', 'SHA-256 of the packet', 'zero bits');

  it.each(nonces)('challenge %s with nonce %s has the digest shown', (challenge, nonce, digest) => {
    expect(sha256(fromHex(challenge! + nonce!))).toBe(digest);
  });

  it.each(packets)('506 packet %s has the digest shown', (packet, digest) => {
    expect(sha256(fromHex(packet!))).toBe(digest);
  });

  it.each(packets)('506 packet %s is a PEER OFFER with at least 16 zero bits', (packet, digest) => {
    expect(decode(MessageType.peerOffer, fromHex(packet!))).toMatchObject({ kind: 'peer-offer' });
    expect(zeroBits(digest!)).toBeGreaterThanOrEqual(16);
  });

  it('count the zero bits of their digests', () => {
    for (const [digest, bits] of [
      ...nonces.map((row) => row.slice(2)),
      ...packets.map((row) => row.slice(1)),
    ]) {
      expect(`${zeroBits(digest!)}`, digest).toBe(bits);
    }
  });

  it.each([20, 24])('are judged rightly for difficulty %i', (difficulty) => {
    for (const [bits, verdict] of columns('zero bits', `right for difficulty ${difficulty}`)) {
      expect(verdict, `${bits} zero bits`).toBe(Number(bits) >= difficulty ? 'yes' : 'no');
    }
  });
});

describe('the digests of docs/protocol.md', () => {
  const rows = columns('id', 'data type', 'data', 'digest', 'both halves XOR');

  it.each(rows)('id %s, data type %s, data %s: the digest shown', (id, type, data, digest) => {
    const head = Buffer.alloc(10);
    head.write(id!, 'hex');
    head.writeUInt16BE(Number(type), 8);
    expect(sha256(Buffer.concat([head, Buffer.from(data!.slice(1, -1))])).slice(0, 32)).toBe(
      digest,
    );
  });

  it.each(rows)('id %s, data type %s, data %s: the halves shown', (...row) => {
    expect(halves(row[3]!).toString(16).padStart(16, '0')).toBe(row[4]);
  });

  it('have the fingerprint that the example of 527 shows', () => {
    const sum = rows.slice(0, 3).reduce((total, row) => total + halves(row[3]!), 0n) % 2n ** 64n;
    const ranges = columns('type', 'fields').map(([, fields]) => fieldsOf(fields!).get('ranges'));
    expect(ranges).toContainEqual(
      expect.stringContaining(`count 3, fingerprint 0x${sum.toString(16)}`),
    );
  });
});

describe('what docs/protocol.md says of TLS', () => {
  it.each(columns('Ed25519 public key', 'identity'))(
    'the key %s has the identity shown',
    (...row) => {
      const key = Buffer.concat([fromHex('302a300506032b6570032100'), fromHex(row[0]!)]);
      expect(sha256(key)).toBe(row[1]);
    },
  );

  const rows = columns('hash', 'exporter_master_secret', 'r', 'challenge r');

  it.each(rows)('%s, secret %s: challenge %s is the one shown', (hash, secret, r, challenge) => {
    const wanted = { label: CHALLENGE_LABEL, context: Uint8Array.of(Number(r)), bytes: 32 };
    const name = hash!.replace('-', '').toLowerCase();
    expect(toHex(exportedKey(name, fromHex(secret!), wanted)).slice(0, 16)).toBe(challenge);
  });
});

/** The exclusive or of the halves of a digest in hexadecimal. */
function halves(digest: string): bigint {
  return BigInt(`0x${digest.slice(0, 16)}`) ^ BigInt(`0x${digest.slice(16)}`);
}

describe('the scopes of docs/protocol.md', () => {
  const ranges = columns('scope', 'IPv4', 'IPv6').flatMap(([scope, ...lists]) =>
    lists.flatMap((list) => list.split(', ').map((range) => ({ scope: scope!, range }))),
  );
  const literal = ranges.filter(({ range }) => parseIp(range.split('/')[0]!) !== undefined);

  it.each(literal)('$range is $scope from its first to its last address', ({ scope, range }) => {
    const name = scope === 'nobody listens there' ? 'none' : scope;
    expect(endsOf(range).map(scopeOf)).toEqual([name, name]);
  });
});

describe('the bounds of docs/protocol.md', () => {
  it('are those of the code, every one of them', () => {
    const documented = columns('what', 'value', 'name').filter(([, , name]) => name !== '–');
    const bounds = documented.map(([, value, name]) => [name, quantity(value!)]);
    expect(Object.fromEntries(bounds)).toEqual(DEFAULT_BOUNDS);
  });
});

/** The cells of the named columns, row by row, of every table that has them all. */
function columns(...names: string[]): string[][] {
  const rows = TABLES.flat().filter((row) => names.every((name) => row.has(name)));
  if (rows.length === 0) throw new Error(`docs/protocol.md has no table of ${names.join(', ')}`);
  return rows.map((row) => names.map((name) => row.get(name)!));
}

function readTables(markdown: string): Row[][] {
  const prose = markdown.replaceAll(/^```[^]*?^```$/gm, '');
  const blocks = prose.match(/(?:^\|.*\n)+/gm) ?? [];
  return blocks.map((block) => {
    const [head, , ...body] = block.trimEnd().split('\n').map(cellsOf);
    return body.map((cells) => new Map(head!.map((name, i) => [name, cells[i]!])));
  });
}

function cellsOf(line: string): string[] {
  const cells = line.split('|').slice(1, -1);
  return cells.map((cell) => cell.replaceAll('`', '').trim());
}

function grouped(value: number): string {
  return value.toLocaleString('en-GB');
}

/** "330 s" in milliseconds, "64 MiB" in bytes, "1,000" as it is. */
function quantity(text: string): number {
  const [, digits, unit] = /^([\d,]+)(?: (s|MiB))?$/.exec(text) ?? [];
  const factors: Readonly<Record<string, number>> = { s: 1_000, MiB: 1_048_576 };
  return Number(digits?.replaceAll(',', '')) * (unit === undefined ? 1 : factors[unit]!);
}

function messageOf(type: number, fields: Fields): Message {
  const number = (name: string): number => Number(fields.get(name));
  const wide = (name: string): U64 => u64FromHex(fields.get(name)?.slice(2) ?? '')!;
  const data = new TextEncoder().encode(fields.get('data')?.slice(1, -1));
  const head = { ttl: number('TTL'), dataType: number('data type'), data };
  const capability = fields.get('extended') === '1' ? { isExtended: true } : {};
  switch (type) {
    case MessageType.announce:
      return { kind: 'announce', ...head };
    case MessageType.notify:
      return { kind: 'notify', dataType: number('data type') };
    case MessageType.notification:
      return {
        kind: 'notification',
        messageId: number('message ID'),
        dataType: number('data type'),
        data,
      };
    case MessageType.validation:
      return { kind: 'validation', messageId: number('message ID'), valid: number('V') === 1 };
    case MessageType.peerAnnounce:
      return { kind: 'peer-announce', id: wide('id'), ...head };
    case MessageType.peerDiscovery:
      return { kind: 'peer-discovery', challenge: wide('challenge') };
    case MessageType.peerOffer:
      return fields.has('nonce')
        ? peer.joinOffer({ challenge: wide('challenge'), nonce: wide('nonce'), text: data })
        : { kind: 'peer-offer', body: data };
    case MessageType.peerInfo:
      return { kind: 'peer-info', port: number('port'), ...capability };
    case MessageType.peerChallenge:
      return { kind: 'peer-challenge', challenge: wide('challenge') };
    case MessageType.peerVerification:
      return { kind: 'peer-verification', nonce: wide('nonce') };
    case MessageType.peerValidation:
      return { kind: 'peer-validation', valid: number('V') === 1, ...capability };
    default:
      return extensionMessageOf(type, fields);
  }
}

function encode(message: Message): Uint8Array {
  switch (message.kind) {
    case 'announce':
      return api.encodeAnnounce(message.ttl, message.dataType, message.data);
    case 'notify':
      return api.encodeNotify(message.dataType);
    case 'notification':
      return api.encodeNotification(message.messageId, message.dataType, message.data);
    case 'validation':
      return api.encodeValidation(message.messageId, message.valid);
    default:
      return peer.encodePeerMessage(message);
  }
}

function decode(type: number, bytes: Uint8Array): unknown {
  const reader =
    type === MessageType.notification
      ? api.notificationReader()
      : type <= MessageType.validation
        ? api.clientMessageReader()
        : peer.peerMessageReader();
  reader.push(bytes);
  return reader.next();
}

function offerTexts(): Uint8Array[] {
  const texts = columns('type', 'bytes', 'fields').map(([, , fields]) =>
    fieldsOf(fields!).get('data'),
  );
  const lists = texts.filter((text) => parseAddress(text?.slice(1, -1).split(',')[0] ?? ''));
  return lists.map((text) => new TextEncoder().encode(text!.slice(1, -1)));
}

/** The first and the last address of a range in CIDR form, or an address alone twice. */
function endsOf(range: string): string[] {
  const [host, length] = range.split('/');
  const first = parseIp(host!)!;
  const fixed = length === undefined ? first.length * 8 : Number(length);
  const last = first.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, fixed - i * 8))));
  return [first, last].map(ipText);
}

function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  return toHex(bytes).replaceAll(/(....)(?!$)/g, '$1:');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Leading zero bits of a digest in hexadecimal. */
function zeroBits(digest: string): number {
  const bits = BigInt(`0x${digest}`).toString(2).padStart(256, '0');
  return bits.indexOf('1');
}

function fromHex(text: string | undefined): Uint8Array {
  return Uint8Array.from((text ?? '').match(/[0-9a-f]{2}/g) ?? [], (byte) =>
    Number.parseInt(byte, 16),
  );
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
