/**
 * The connection hog: opens several links to every honest node that its group has heard of, over and over.
 * On every second one it never says a word, and so holds a place among the links that are not open yet until
 * the 507 is overdue; on the others it does the work it is asked for, which takes it the time it takes
 * anybody, and then holds one of the node's `max_connections` for good without ever using it.
 *
 * Beside that it lives on as an honest node: that is how it learns of others.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input, LinkId } from '../../core/inputs.ts';
import type { Instant, Millis } from '../../core/settings.ts';
import { formatAddress, type Address } from '../../wire/address.ts';
import type { PeerMessage } from '../../wire/peer-messages.ts';
import { earlier, type Role, type RoleContext, type RoleMaker } from './role.ts';
import { Scout } from './scout.ts';

/** Links that one hog wants to one node at the same time. */
export const LINKS_PER_TARGET = 4;
/** Links that one hog has in all, dials under way included: a process has so many descriptors. */
export const LINKS_MAX = 1_024;
/** Dials begun in one round, and the time between two rounds. */
export const DIALS_PER_ROUND = 16;
const DIAL_EVERY: Millis = 500;

class Hog implements Role {
  readonly #context: RoleContext;
  readonly #scout: Scout;
  /** Links of this role: the address that was dialled. */
  readonly #held = new Map<LinkId, Address>();
  /** Dials of this role under way, by address. The real core may be dialling the same. */
  readonly #dials = new Map<string, number>();
  /** Links and dials together, by address. */
  readonly #wanted = new Map<string, number>();
  #total = 0;
  #opened = 0;
  #nextRound: Instant;

  constructor(context: RoleContext, now: Instant) {
    this.#context = context;
    this.#scout = new Scout(context, now);
    this.#nextRound = now;
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    const effects = this.#handleOwn(input) ?? this.#scout.handle(input, now);
    if (now < this.#nextRound) return effects;
    this.#nextRound = now + DIAL_EVERY;
    return [...effects, ...this.#dialMore()];
  }

  nextDeadline(): Instant | undefined {
    const next = Math.min(this.#scout.nextDeadline, this.#nextRound);
    return earlier(this.#context.honest.nextDeadline(), next);
  }

  /** What to do about an input that concerns links of this role; undefined of any other. */
  #handleOwn(input: Input): readonly Effect[] | undefined {
    switch (input.kind) {
      case 'link-opened':
        return this.#takeDial(input.dialled)
          ? this.#onOpened(input.link, input.dialled!)
          : undefined;
      case 'dial-failed':
        if (!this.#takeDial(input.address)) return undefined;
        this.#release(formatAddress(input.address));
        return [];
      case 'link-closed':
        return this.#onClosed(input.link);
      case 'message':
        return this.#held.has(input.link) ? this.#onMessage(input.link, input.message) : undefined;
      case 'proof-found':
        if (!this.#held.has(input.link)) return undefined;
        if (input.nonce === undefined) return [];
        return [sendTo(input.link, { kind: 'peer-verification', nonce: input.nonce })];
      case 'garbage':
      case 'link-queue':
        return this.#held.has(input.link) ? [] : undefined;
      default:
        return undefined;
    }
  }

  /** Whether a dial that has ended was one of this role; if so, it is not under way any more. */
  #takeDial(address: Address | undefined): boolean {
    const key = address === undefined ? '' : formatAddress(address);
    const dials = this.#dials.get(key) ?? 0;
    if (dials > 1) this.#dials.set(key, dials - 1);
    else this.#dials.delete(key);
    return dials > 0;
  }

  #onOpened(link: LinkId, dialled: Address): readonly Effect[] {
    this.#held.set(link, dialled);
    if (this.#opened++ % 2 === 0) return [];
    // Port 0: nobody can dial it, so no link of the other side's is a rival of this one.
    const info = sendTo(link, { kind: 'peer-info', port: 0 });
    const { proofOfWork } = this.#context.settings;
    return proofOfWork === 'discovery' ? [info, this.#established(link)] : [info];
  }

  #onClosed(link: LinkId): readonly Effect[] | undefined {
    const dialled = this.#held.get(link);
    if (dialled === undefined) return undefined;
    this.#held.delete(link);
    this.#release(formatAddress(dialled));
    return [{ kind: 'cancel-proofs', link }];
  }

  /** Does what is asked until the link is open, and nothing from then on. */
  #onMessage(link: LinkId, message: PeerMessage): readonly Effect[] {
    if (message.kind === 'peer-validation') return [this.#established(link)];
    if (message.kind !== 'peer-challenge') return [];
    const { challenge } = message;
    const difficulty = this.#context.settings.powDifficulty;
    return [{ kind: 'solve', link, challenge, difficulty, hashesMax: Infinity }];
  }

  /** Tells the host, which keeps the books of the network, that both sides take the link for open. */
  #established(link: LinkId): Effect {
    const peer = this.#held.get(link)!;
    const openLinks = this.#held.size;
    const event = {
      kind: 'link-established',
      link,
      direction: 'outbound',
      peer,
      openLinks,
    } as const;
    return { kind: 'report', event };
  }

  #release(target: string): void {
    this.#total--;
    const wanted = (this.#wanted.get(target) ?? 0) - 1;
    if (wanted > 0) this.#wanted.set(target, wanted);
    else this.#wanted.delete(target);
  }

  #dialMore(): readonly Effect[] {
    const { group, random } = this.#context;
    const effects: Effect[] = [];
    for (const address of random.shuffled(group.targets)) {
      if (effects.length === DIALS_PER_ROUND || this.#total >= LINKS_MAX) break;
      const key = formatAddress(address);
      const wanted = this.#wanted.get(key) ?? 0;
      if (wanted >= LINKS_PER_TARGET) continue;
      this.#wanted.set(key, wanted + 1);
      this.#dials.set(key, (this.#dials.get(key) ?? 0) + 1);
      this.#total++;
      effects.push({ kind: 'dial', address });
    }
    return effects;
  }
}

export const makeHog: RoleMaker = (context, now) => new Hog(context, now);

function sendTo(link: LinkId, message: PeerMessage): Effect {
  return { kind: 'send', links: [link], message, own: false };
}
