/** The few lines of DER (ITU-T X.690) that a certificate needs: each value as tag, length, content. */

export const DER_TAG = {
  integer: 0x02,
  bitString: 0x03,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** `[0] EXPLICIT`, around the version of a certificate. */
  context0: 0xa0,
} as const;

/** One value; `parts` are its content one after the other, together at most 65,535 bytes. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

/** A text whose characters are all ASCII. */
export function derText(tag: number, text: string): Uint8Array {
  return der(tag, Buffer.from(text, 'latin1'));
}

function lengthOf(bytes: number): Uint8Array {
  if (bytes < 0x80) return Buffer.of(bytes);
  return bytes < 0x100 ? Buffer.of(0x81, bytes) : Buffer.of(0x82, bytes >> 8, bytes & 0xff);
}
