/**
 * Who is known to have one's own announcements, for programs that ask. Behind the announcement goes a 528 with
 * the number of the receipt as its token: its 529 comes once the announcement has been read. Existing nodes say
 * nothing.
 */
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import { addHolder, holderCount, type Tracked } from './tracked.ts';

/** Receipts that can be asked for; the oldest is forgotten. A guess. */
export const RECEIPTS_MAX = 1_024;

export class Receipts<M extends Tracked> {
  readonly #out: Outbox;
  readonly #messages = new Map<number, M>();

  constructor(out: Outbox) {
    this.#out = out;
  }

  /** Notes an announcement that was just sent on `links`, all of them of peers that speak the extension. */
  expect(receipt: number, message: M, links: readonly LinkId[]): void {
    this.#messages.set(receipt, message);
    if (this.#messages.size > RECEIPTS_MAX) {
      const [oldest] = this.#messages.keys();
      this.#messages.delete(oldest!);
    }
    if (links.length === 0) return;
    const ping = { kind: 'peer-ping', token: receipt } as const;
    // Own like the announcement, which it must not overtake.
    this.#out.put({ kind: 'send', links, message: ping, own: true });
  }

  onPong(token: number, link: LinkId): void {
    const message = this.#messages.get(token);
    if (message !== undefined) addHolder(message, link);
  }

  /** How many peers are known to have it; undefined for a receipt that was forgotten. */
  known(receipt: number): number | undefined {
    const message = this.#messages.get(receipt);
    return message === undefined ? undefined : holderCount(message);
  }
}
