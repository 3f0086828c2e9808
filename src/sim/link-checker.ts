/**
 * Watches what one node does with its links: nothing on links that it does not have, nothing but the
 * handshake on those that are not open, and never more of them than its settings allow. With keys: one open link for
 * each, and no challenges but those of the channel. No link that it dialled makes room for a newcomer.
 */
import { u64Equals, type U64 } from '../basics/integers.ts';
import type { Effect } from '../core/effects.ts';
import type { NodeEvent } from '../core/events.ts';
import type { Input, LinkId, Secured } from '../core/inputs.ts';
import type { Settings } from '../core/settings.ts';
import { EXTENSION_KINDS } from '../wire/extension-messages.ts';
import type { PeerMessage } from '../wire/peer-messages.ts';
import { CheckFailure } from './failure.ts';

/** What may travel only once a link is open. */
const OPEN_LINKS_ONLY: ReadonlySet<PeerMessage['kind']> = new Set([
  'peer-announce',
  'peer-discovery',
  'peer-offer',
  ...EXTENSION_KINDS,
]);

/** What the checker knows of a link. */
interface WatchedLink {
  readonly isDialled: boolean;
  readonly secured: Secured | undefined;
  challengesGiven: number;
}

function watched(opened: Extract<Input, { kind: 'link-opened' }>): WatchedLink {
  const { dialled, secured } = opened;
  return { isDialled: dialled !== undefined, secured, challengesGiven: 0 };
}

export class LinkChecker {
  readonly #settings: Settings;
  readonly #links = new Map<LinkId, WatchedLink>();
  readonly #open = new Set<LinkId>();
  /** Proofs for offers that were asked for, by link; answers to links that are gone do not come. */
  readonly #offerProofs = new Map<LinkId, number>();
  #dials = 0;
  /** The link that was hung up last; the report comes after it. */
  #hungUp: WatchedLink | undefined;
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
        this.#links.set(input.link, watched(input));
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
        for (const link of effect.links) this.#onSend(link, effect.message);
        return;
      case 'hang-up':
        this.#expectKnown(effect.link, effect.kind);
        this.#hungUp = this.#links.get(effect.link);
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

  #onSend(link: LinkId, message: PeerMessage): void {
    const { kind } = message;
    if (this.#open.has(link)) return;
    this.#expectKnown(link, `send of a ${kind}`);
    if (OPEN_LINKS_ONLY.has(kind)) {
      throw new CheckFailure(`a ${kind} was sent on link ${link}, which is not open`);
    }
    if (kind === 'peer-challenge') this.#expectOfChannel(link, message.challenge);
  }

  #onReport(event: NodeEvent): void {
    if (event.kind === 'link-established') {
      this.#expectKnown(event.link, event.kind);
      if (this.#open.has(event.link)) {
        throw new CheckFailure(`link ${event.link} was established twice`);
      }
      this.#expectOtherPeer(event.link);
      this.#open.add(event.link);
      this.#claimedOpen = event.openLinks;
    } else if (event.kind === 'link-lost') {
      if (event.code === 'made-room' && this.#hungUp?.isDialled === true) {
        throw new CheckFailure(`link ${event.link} made room, but the node had dialled it`);
      }
      this.#open.delete(event.link);
      this.#claimedOpen = event.openLinks;
    }
  }

  /** Keys tell peers apart: no two open links show the same. */
  #expectOtherPeer(newcomer: LinkId): void {
    const identity = this.#links.get(newcomer)?.secured?.identity;
    if (identity === undefined) return;
    for (const link of this.#open) {
      if (this.#links.get(link)?.secured?.identity !== identity) continue;
      throw new CheckFailure(`links ${link} and ${newcomer} to the same peer are open`);
    }
  }

  /** On TLS the challenges of a link are those of its channel, each once and in order. */
  #expectOfChannel(id: LinkId, challenge: U64): void {
    const link = this.#links.get(id);
    if (link?.secured === undefined) return;
    const expected = link.secured.challenges[link.challengesGiven++];
    if (expected === undefined || !u64Equals(expected, challenge)) {
      throw new CheckFailure(`a challenge on link ${id} that does not belong to its channel`);
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
