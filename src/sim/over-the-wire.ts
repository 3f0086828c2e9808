/**
 * A message as it comes out of the bytes that it is sent as: what the typed messages of a simulation cannot
 * show, a wrong encoding, shows here.
 */
import { encodePeerMessage, peerMessageReader, type PeerMessage } from '../wire/peer-messages.ts';
import { CheckFailure } from './failure.ts';

/** The same message, encoded and decoded again. Throws if that does not give exactly one message. */
export function overTheWire(message: PeerMessage): PeerMessage {
  const bytes = encodePeerMessage(message);
  const reader = peerMessageReader();
  reader.push(bytes);
  const decoded = reader.next();
  if (decoded === undefined || decoded.kind === 'violation') {
    throw new CheckFailure(
      `a ${message.kind} was sent that is no message: ${decoded?.reason ?? ''}`,
    );
  }
  if (reader.next() !== undefined || reader.pendingBytes > 0) {
    throw new CheckFailure(`a ${message.kind} of ${bytes.length} bytes was sent that is longer`);
  }
  return decoded;
}
