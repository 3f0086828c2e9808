/**
 * What one node has sent and received over all its lives, of whatever it is made: the messages of the
 * overlay, without those lost on the way here.
 */
import { peerMessageSize, type PeerMessage } from '../wire/peer-messages.ts';

export class Counters {
  sentMessages = 0;
  sentBytes = 0;
  /** Of the bytes sent, those that were no payloads. */
  controlBytesSent = 0;
  receivedMessages = 0;
  receivedBytes = 0;
  /** Messages received that carried an announcement. */
  payloadsReceived = 0;

  noteSent(message: PeerMessage, links: number): void {
    const bytes = links * peerMessageSize(message);
    this.sentMessages += links;
    this.sentBytes += bytes;
    if (message.kind !== 'peer-announce') this.controlBytesSent += bytes;
  }

  noteReceived(message: PeerMessage): void {
    this.receivedMessages++;
    this.receivedBytes += peerMessageSize(message);
    if (message.kind === 'peer-announce') this.payloadsReceived++;
  }
}
