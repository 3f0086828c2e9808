/**
 * Watches what one node does with its links: nothing on links that it does not have, nothing but the
 * handshake on those that are not open, and never more of them than its settings allow.
 */
import type { Effect } from '../core/effects.ts';
import type { NodeEvent } from '../core/events.ts';
import type { Input, LinkId } from '../core/inputs.ts';
import type { Settings } from '../core/settings.ts';
import type { PeerMessage } from '../wire/peer-messages.ts';
import { CheckFailure } from './failure.ts';

/** What may travel only once a link is open. */
const OPEN_LINKS_ONLY: ReadonlySet<PeerMessage['kind']> = new Set([
  'peer-announce',
  'peer-discovery',
  'peer-offer',
]);

export class LinkChecker {
  readonly #settings: Settings;
  readonly #links = new Set<LinkId>();
  readonly #open = new Set<LinkId>();
  /** What the node itself said last in this step about how many links are open. */
  #claimedOpen: number | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  isOpen(link: LinkId): boolean {
    return this.#open.has(link);
  }

  begin(input: Input): void {
    this.#claimedOpen = undefined;
    if (input.kind === 'link-opened') this.#links.add(input.link);
    else if (input.kind === 'link-closed') this.#forget(input.link);
  }

  effect(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        for (const link of effect.links) this.#onSend(link, effect.message.kind);
        return;
      case 'hang-up':
        this.#expectKnown(effect.link, effect.kind);
        return this.#forget(effect.link);
      case 'solve':
      case 'prove-offer':
      case 'pause-link':
      case 'resume-link':
        return this.#expectKnown(effect.link, effect.kind);
      case 'report':
        return this.#onReport(effect.event);
      default:
    }
  }

  end(): void {
    const { maxConnections, bounds } = this.#settings;
    const open = this.#open.size;
    const pending = this.#links.size - open;
    if (open > maxConnections) {
      throw new CheckFailure(`${open} open links, max_connections is ${maxConnections}`);
    }
    if (pending > bounds.pendingLinksMax) {
      throw new CheckFailure(`${pending} links not open yet, allowed: ${bounds.pendingLinksMax}`);
    }
    if (this.#claimedOpen !== undefined && this.#claimedOpen !== open) {
      throw new CheckFailure(`the node reports ${this.#claimedOpen} open links, there are ${open}`);
    }
  }

  #onSend(link: LinkId, kind: PeerMessage['kind']): void {
    if (this.#open.has(link)) return;
    this.#expectKnown(link, `send of a ${kind}`);
    if (OPEN_LINKS_ONLY.has(kind)) {
      throw new CheckFailure(`a ${kind} was sent on link ${link}, which is not open`);
    }
  }

  #onReport(event: NodeEvent): void {
    if (event.kind === 'link-established') {
      this.#expectKnown(event.link, event.kind);
      if (this.#open.has(event.link)) {
        throw new CheckFailure(`link ${event.link} was established twice`);
      }
      this.#open.add(event.link);
      this.#claimedOpen = event.openLinks;
    } else if (event.kind === 'link-lost') {
      this.#open.delete(event.link);
      this.#claimedOpen = event.openLinks;
    }
  }

  #expectKnown(link: LinkId, what: string): void {
    if (!this.#links.has(link)) throw new CheckFailure(`${what} for link ${link}: no such link`);
  }

  #forget(link: LinkId): void {
    this.#links.delete(link);
    this.#open.delete(link);
  }
}
