import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/basics/assert.ts';
import {
  clientMessageReader,
  encodeAnnounce,
  encodeNotification,
  encodeNotify,
  encodeValidation,
  notificationReader,
  notificationSize,
  writeNotification,
} from '../../../src/wire/api-messages.ts';
import { concat, hex, readAll, utf8 } from './frames.ts';

const DATA = utf8('deadbeef');
const ANNOUNCE = concat(hex('00 10 01 F4 04 00 05 39'), DATA);
const NOTIFY = hex('00 08 01 F5 00 00 05 39');
const NOTIFICATION = concat(hex('00 10 01 F6 C8 1F 05 39'), DATA);
const VALIDATION = hex('00 08 01 F7 C8 1F 00 01');

describe('ANNOUNCE (500)', () => {
  it('is written as the protocol shows it', () => {
    expect(encodeAnnounce(4, 1337, DATA)).toEqual(ANNOUNCE);
  });

  it('is read as the protocol shows it', () => {
    expect(readClient(ANNOUNCE)).toEqual([
      { kind: 'announce', ttl: 4, dataType: 1337, data: DATA },
    ]);
  });

  it.each([0, 1, 254, 255])('carries the TTL %i', (ttl) => {
    expect(readClient(encodeAnnounce(ttl, 1, DATA))).toMatchObject([{ ttl }]);
  });

  it.each([0, 255, 256, 65_535])('carries the data type %i', (dataType) => {
    expect(readClient(encodeAnnounce(1, dataType, DATA))).toMatchObject([{ dataType }]);
  });

  it('may be without data', () => {
    expect(readClient(hex('0008 01f4 00 00 0001'))).toMatchObject([{ data: new Uint8Array(0) }]);
  });

  it('carries 65,519 bytes of data', () => {
    const data = new Uint8Array(65_519).fill(7);
    expect(readClient(encodeAnnounce(1, 2, data))).toMatchObject([{ data }]);
  });

  it('is not written with more data: the caller has to refuse before', () => {
    expect(() => encodeAnnounce(1, 2, new Uint8Array(65_520))).toThrow(AssertionError);
  });

  it('has its reserved bits ignored', () => {
    const message = readClient(concat(hex('00 10 01 F4 04 FF 05 39'), DATA));
    expect(message).toEqual(readClient(ANNOUNCE));
  });
});

describe('NOTIFY (501)', () => {
  it('is written as the protocol shows it', () => {
    expect(encodeNotify(1337)).toEqual(NOTIFY);
  });

  it('is read as the protocol shows it', () => {
    expect(readClient(NOTIFY)).toEqual([{ kind: 'notify', dataType: 1337 }]);
  });

  it('has its reserved bits ignored', () => {
    expect(readClient(hex('00 08 01 F5 FF FF 05 39'))).toEqual(readClient(NOTIFY));
  });
});

describe('NOTIFICATION (502)', () => {
  it('is written as the protocol shows it', () => {
    expect(encodeNotification(0xc81f, 1337, DATA)).toEqual(NOTIFICATION);
  });

  it('is read as the protocol shows it', () => {
    expect(readAll(notificationReader(), NOTIFICATION)).toEqual([
      { kind: 'notification', messageId: 0xc81f, dataType: 1337, data: DATA },
    ]);
  });

  it('is written into a batch between what is there already', () => {
    const batch = new Uint8Array(20).fill(0xee);
    const end = writeNotification(batch, 2, 0xc81f, 1337, DATA);
    expect(end).toBe(18);
    expect(batch).toEqual(concat(hex('eeee'), NOTIFICATION, hex('eeee')));
  });

  it('needs eight bytes more than its data', () => {
    expect(notificationSize(DATA)).toBe(16);
  });

  it('carries the largest data that an announcement can', () => {
    const data = new Uint8Array(65_519).fill(7);
    const frame = encodeNotification(1, 2, data);
    expect(readAll(notificationReader(), frame)).toMatchObject([{ data }]);
  });

  it('is not written with more data than its size can say', () => {
    expect(() => encodeNotification(1, 2, new Uint8Array(65_528))).toThrow(AssertionError);
  });
});

describe('VALIDATION (503)', () => {
  it('is written as the protocol shows it', () => {
    expect(encodeValidation(0xc81f, true)).toEqual(VALIDATION);
  });

  it('is read as the protocol shows it', () => {
    const expected = { kind: 'validation', messageId: 0xc81f, valid: true };
    expect(readClient(VALIDATION)).toEqual([expected]);
  });

  it('is written with V=0 for invalid data', () => {
    expect(encodeValidation(0xc81f, false)).toEqual(hex('00 08 01 F7 C8 1F 00 00'));
  });

  it.each([
    ['0000', false],
    ['0001', true],
    ['fffe', false],
    ['ffff', true],
    ['0100', false],
    ['0003', true],
    ['0002', false],
  ])('takes the lowest bit of %s alone for V', (bits, valid) => {
    expect(readClient(hex(`0008 01f7 c81f ${bits}`))).toMatchObject([{ valid }]);
  });
});

function readClient(bytes: Uint8Array): object[] {
  return readAll(clientMessageReader(), bytes);
}
