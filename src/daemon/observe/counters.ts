/** What the node has told since its start, by kind: plain numbers for status pages and metrics. */
import type { NodeEvent } from '../../core/events.ts';

/** One count for each kind of event; 0 of those that have not happened. */
export type EventCounts = Readonly<Record<NodeEvent['kind'], number>>;

export class EventCounter {
  readonly #counts: Record<NodeEvent['kind'], number> = {
    'link-established': 0,
    'link-lost': 0,
    'handshake-failed': 0,
    'dial-failed': 0,
    'name-unresolved': 0,
    isolated: 0,
    connected: 0,
    'only-source': 0,
    'claim-ignored': 0,
    'subscriber-silent': 0,
    'subscriber-answers': 0,
    'verdict-ignored': 0,
    'notification-dropped': 0,
    'message-stopped': 0,
    'rate-exceeded': 0,
    'announcement-spread': 0,
    'extension-silent': 0,
    'peer-behind': 0,
    'peer-banned': 0,
    'client-refused': 0,
  };

  count(event: NodeEvent): void {
    this.#counts[event.kind]++;
  }

  /** A copy. */
  counts(): EventCounts {
    return { ...this.#counts };
  }
}
