/** Unsigned integers in network byte order, by arithmetic instead of shifts. */

export function u16(bytes, at) {
  return bytes[at] * 256 + bytes[at + 1];
}

export function u32(bytes, at) {
  return u16(bytes, at) * 65_536 + u16(bytes, at + 2);
}

export function short(value) {
  return [Math.floor(value / 256), value % 256];
}

export function long({ high, low }) {
  return [high, low].flatMap((half) => [
    ...short(Math.floor(half / 65_536)),
    ...short(half % 65_536),
  ]);
}
