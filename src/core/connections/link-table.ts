/**
 * All links by id, the open ones also as a list (what fan-out draws from), and the deadlines of those on
 * their way. Look-ups over the pending ones walk them: they are few, and bounded.
 */
import { u64Equals, type U64 } from '../../basics/integers.ts';
import { addressEquals } from '../../wire/address.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';
import type { Link, LinkState } from './link.ts';

export class LinkTable {
  readonly #all = new Map<LinkId, Link>();
  /** In the order in which they were connected. */
  readonly #pending = new Set<Link>();
  #open: Link[] = [];
  #receivers: LinkId[] | undefined;
  /** The earliest deadline; undefined when it must be looked for again. */
  #earliest: { readonly at: Instant | undefined } | undefined = { at: undefined };

  get open(): readonly Link[] {
    return this.#open;
  }

  get openCount(): number {
    return this.#open.length;
  }

  get pending(): Iterable<Link> {
    return this.#pending;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  get pendingInbound(): number {
    let count = 0;
    for (const link of this.#pending) if (link.dialled === undefined) count++;
    return count;
  }

  find(id: LinkId): Link | undefined {
    return this.#all.get(id);
  }

  add(link: Link): void {
    this.#all.set(link.id, link);
    this.#pending.add(link);
  }

  setOpen(link: Link): void {
    link.state = 'open';
    this.setDeadline(link, undefined);
    this.#pending.delete(link);
    this.#open.push(link);
    this.#receivers = undefined;
  }

  remove(link: Link): void {
    this.#all.delete(link.id);
    if (this.#pending.delete(link)) {
      this.#earliest = undefined;
      return;
    }
    this.#open = this.#open.filter((other) => other !== link);
    this.#receivers = undefined;
  }

  setDeadline(link: Link, deadline: Instant | undefined): void {
    link.deadline = deadline;
    this.#earliest = undefined;
  }

  nextDeadline(): Instant | undefined {
    if (this.#earliest === undefined) {
      let at: Instant | undefined;
      for (const { deadline } of this.#pending) {
        if (deadline !== undefined && (at === undefined || deadline < at)) at = deadline;
      }
      this.#earliest = { at };
    }
    return this.#earliest.at;
  }

  overdue(now: Instant): readonly Link[] {
    const next = this.nextDeadline();
    if (next === undefined || next > now) return [];
    return [...this.#pending].filter((link) => link.deadline !== undefined && link.deadline <= now);
  }

  /** Of the links on their way in this state, the one that was connected first. */
  oldestIn(state: LinkState): Link | undefined {
    for (const link of this.#pending) if (link.state === state) return link;
    return undefined;
  }

  inState(state: LinkState): readonly Link[] {
    return [...this.#pending].filter((link) => link.state === state);
  }

  /** Ids of the open links whose queue is not full. */
  receivers(): readonly LinkId[] {
    this.#receivers ??= this.#open.filter((link) => !link.isQueueFull).map((link) => link.id);
    return this.#receivers;
  }

  receiversChanged(): void {
    this.#receivers = undefined;
  }

  first(matches: (link: Link) => boolean): Link | undefined {
    for (const link of this.#all.values()) if (matches(link)) return link;
    return undefined;
  }

  some(matches: (link: Link) => boolean): boolean {
    return this.first(matches) !== undefined;
  }

  /** The other end of the same TCP connection, if it is in this very process's node. */
  otherEndOf(link: Link): Link | undefined {
    return this.first(
      (other) =>
        (other.dialled === undefined) !== (link.dialled === undefined) &&
        addressEquals(other.local, link.remote) &&
        addressEquals(other.remote, link.local),
    );
  }

  /** Whether we gave this challenge to somebody who has not answered it. */
  hasGiven(challenge: U64): boolean {
    for (const { dialled, challenge: given } of this.#pending) {
      if (dialled === undefined && given !== undefined && u64Equals(given, challenge)) return true;
    }
    return false;
  }
}
