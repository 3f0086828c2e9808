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
  'peer-hello',
  'peer-interest',
  'peer-have',
  'peer-want',
  'peer-dont-want',
  'peer-gone',
  'peer-push',
  'peer-reconcile',
  'peer-ping',
  'peer-pong',
]);

export class LinkChecker {
  readonly #settings: Settings;
  readonly #links = new Set<LinkId>();
  readonly #open = new Set<LinkId>();
  /** Proofs for offers that were asked for, by link; answers to links that are gone do not come. */
  readonly #offerProofs = new Map<LinkId, number>();
  #dials = 0;
  /** What the node itself said last in this step about how many links are open. */
  #claimedOpen: number | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Dials without an outcome so far. */
  get dials(): number {
    return this.#dials;
  }

  /** Proofs for offers without an outcome so far. */
  get offerProofs(): number {
    let count = 0;
    for (const proofs of this.#offerProofs.values()) count += proofs;
    return count;
  }

  isOpen(link: LinkId): boolean {
    return this.#open.has(link);
  }

  begin(input: Input): void {
    this.#claimedOpen = undefined;
    switch (input.kind) {
      case 'link-opened':
        if (input.dialled !== undefined) this.#dials--;
        this.#links.add(input.link);
        break;
      case 'dial-failed':
        this.#dials--;
        break;
      case 'offer-proven':
        this.#countOfferProof(input.link, -1);
        break;
      case 'link-closed':
        this.#forget(input.link);
        break;
      default:
    }
  }

  effect(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        for (const link of effect.links) this.#onSend(link, effect.message.kind);
        return;
      case 'hang-up':
        this.#expectKnown(effect.link, effect.kind);
        return this.#forget(effect.link);
      case 'dial':
        this.#dials++;
        return;
      case 'prove-offer':
        this.#countOfferProof(effect.link, 1);
        return this.#expectKnown(effect.link, effect.kind);
      case 'cancel-proofs':
        this.#offerProofs.delete(effect.link);
        return;
      case 'solve':
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

  #countOfferProof(link: LinkId, difference: number): void {
    this.#offerProofs.set(link, (this.#offerProofs.get(link) ?? 0) + difference);
  }

  #forget(link: LinkId): void {
    this.#offerProofs.delete(link);
    this.#links.delete(link);
    this.#open.delete(link);
  }
}
