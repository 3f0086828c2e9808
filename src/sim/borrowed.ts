/**
 * Input buffers as the daemon has them: views into a receive buffer that is overwritten once the input has
 * been dealt with. A core that keeps such a view instead of a copy shows it at once.
 */
import type { Input } from '../core/inputs.ts';

/** The same input with byte arrays of its own, and a function that overwrites them. */
export function borrowed(input: Input): { readonly input: Input; readonly overwrite: () => void } {
  if (input.kind === 'announce') {
    const data = input.data.slice();
    return { input: { ...input, data }, overwrite: () => data.fill(JUNK) };
  }
  if (input.kind !== 'message') return { input, overwrite: () => undefined };
  const { message } = input;
  if (message.kind === 'peer-announce') {
    const data = message.data.slice();
    return { input: { ...input, message: { ...message, data } }, overwrite: () => data.fill(JUNK) };
  }
  if (message.kind === 'peer-offer') {
    const body = message.body.slice();
    return { input: { ...input, message: { ...message, body } }, overwrite: () => body.fill(JUNK) };
  }
  return { input, overwrite: () => undefined };
}

const JUNK = 0xa5;
