import { describe, expect, it } from 'vitest';
import {
  DATA_BYTES_MAX,
  MESSAGE_SHAPES,
  MessageType,
  writeHeader,
} from '../../../src/wire/message-types.ts';

describe('the table of messages', () => {
  it('has one line for each of the types 500 to 510 and 520 to 529', () => {
    const types = MESSAGE_SHAPES.map((shape) => shape.type);
    expect(types).toEqual([
      500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 520, 521, 522, 523, 524, 525, 526, 527,
      528, 529,
    ]);
  });

  it('has a largest size that can be reached in the steps from the smallest', () => {
    const unreached = MESSAGE_SHAPES.filter(
      ({ sizes, step }) => (sizes.at(-1)! - sizes[0]!) % step !== 0,
    );
    expect(unreached).toEqual([]);
  });

  it('keeps every size between a header and what 16 bits can say', () => {
    const sizes = MESSAGE_SHAPES.flatMap((shape) => shape.sizes);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([4, 65_535]);
  });

  it('lets a 500 carry as much data as a 504 can, and no more', () => {
    expect(DATA_BYTES_MAX).toBe(65_519);
  });
});

describe('a header', () => {
  it('is size and type, 16 bits each, most significant byte first', () => {
    const target = new Uint8Array(6).fill(0xee);
    writeHeader(target, 1, 0x1234, MessageType.peerValidation);
    expect([...target]).toEqual([0xee, 0x12, 0x34, 0x01, 0xfe, 0xee]);
  });
});
