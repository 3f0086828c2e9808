/**
 * The data types that programs at a node subscribe to, as 520 and 521 list them: a count, then as many types
 * of 16 bits. A count of 65,535 stands for more types than are worth listing.
 */
import { assert } from '../basics/assert.ts';
import { readU16, writeU16 } from '../basics/integers.ts';
import { MANY_TYPES, TYPE_BYTES, TYPES_MAX, type Interest } from './extension-messages.ts';
import { violation, type Violation } from './violation.ts';

const COUNT_BYTES = 2;

/** Reads count and types at `at`. What follows them before `end` is ignored if `isOpenEnded`, otherwise wrong. */
export function readInterest(
  bytes: Uint8Array,
  at: number,
  end: number,
  isOpenEnded: boolean,
): Interest | Violation {
  const said = readU16(bytes, at);
  const count = said === MANY_TYPES ? 0 : said;
  if (count > TYPES_MAX) {
    return violation('bad-list', `${count} data types listed, at most ${TYPES_MAX} may be`);
  }
  const room = (end - at - COUNT_BYTES) / TYPE_BYTES;
  if (count > room || (count < room && !isOpenEnded)) {
    const found = Math.floor(room);
    return violation('bad-list', `${count} data types announced, but there is room for ${found}`);
  }
  if (said === MANY_TYPES) return 'many';
  return Array.from({ length: count }, (_, i) => readU16(bytes, placeOf(i, at)));
}

export function isInterest(read: Interest | Violation): read is Interest {
  return read === 'many' || Array.isArray(read);
}

/** Bytes of the types, without their count. */
export function interestSize(interest: Interest): number {
  return interest === 'many' ? 0 : TYPE_BYTES * interest.length;
}

export function writeInterest(interest: Interest, target: Uint8Array, at: number): void {
  if (interest === 'many') {
    writeU16(MANY_TYPES, target, at);
    return;
  }
  assert(interest.length <= TYPES_MAX, `${interest.length} data types in one list`);
  writeU16(interest.length, target, at);
  interest.forEach((type, i) => writeU16(type, target, placeOf(i, at)));
}

function placeOf(index: number, at: number): number {
  return at + COUNT_BYTES + TYPE_BYTES * index;
}
