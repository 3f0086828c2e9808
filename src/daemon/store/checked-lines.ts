/**
 * Lines of text between a head, which says what they are, and a checksum over all before it. Whatever is not exactly
 * that is damaged, and nothing of it is used.
 */
import { createHash } from 'node:crypto';

/** `head` and `lines` are Latin-1 and hold no line ends. */
export function encodeLines(head: string, lines: readonly string[]): Uint8Array {
  const body = `${[head, ...lines].join('\n')}\n`;
  return Buffer.from(`${body}sha256 ${checksum(body)}\n`, 'latin1');
}

/** The lines behind the head, or in a few words what is wrong; `what` is what the head says. */
export function decodeLines(
  head: string,
  bytes: Uint8Array,
  what: string,
): readonly string[] | string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (!text.startsWith(`${head}\n`)) return `it is no ${what} of this version`;
  const end = text.lastIndexOf('sha256 ');
  if (end < 0 || text.slice(end) !== `sha256 ${checksum(text.slice(0, end))}\n`) {
    return 'its checksum is wrong';
  }
  return text
    .slice(head.length + 1, end)
    .split('\n')
    .slice(0, -1);
}

function checksum(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
