/**
 * The id squatter: as soon as one of the group sees a new message, all of them send junk under the same id to
 * all their neighbours, and nobody of them passes the real one on. Where messages are told apart by their id
 * alone, the junk makes the real one a duplicate wherever it comes first.
 *
 * A core is only asked for its deadline after it was given something, so the others cannot be called: they
 * look every {@link LOOK_EVERY} ms, which is shorter than nearly all ways through the network.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input } from '../../core/inputs.ts';
import type { Instant, Millis } from '../../core/settings.ts';
import { isJunk, junk } from './junk.ts';
import {
  announceIn,
  earlier,
  isPassingOn,
  sendOn,
  type Role,
  type RoleContext,
  type RoleMaker,
} from './role.ts';

/** What the group knows a member acts on this much later, at most. */
export const LOOK_EVERY: Millis = 5;

class Squatter implements Role {
  readonly #context: RoleContext;
  #ordersSeen: number;
  #nextLook: Instant;

  constructor(context: RoleContext, now: Instant) {
    this.#context = context;
    this.#ordersSeen = context.group.orders;
    this.#nextLook = now + LOOK_EVERY;
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    const { honest } = this.#context;
    const effects = honest.handle(input, now).filter((effect) => !isPassingOn(effect));
    this.#lookAt(input);
    this.#nextLook = now + LOOK_EVERY;
    return [...effects, ...this.#carryOutOrders()];
  }

  nextDeadline(): Instant | undefined {
    return earlier(this.#context.honest.nextDeadline(), this.#nextLook);
  }

  #lookAt(input: Input): void {
    const { group } = this.#context;
    const message = announceIn(input)?.message;
    if (message === undefined || isJunk(message.data) || !group.meet(message.id)) return;
    const { kind, id, dataType } = message;
    group.order({ kind, id, ttl: 0, dataType, data: junk(message.data.length, group.random) });
  }

  #carryOutOrders(): readonly Effect[] {
    const { group, links } = this.#context;
    if (this.#ordersSeen === group.orders) return [];
    const orders = group.ordersSince(this.#ordersSeen);
    this.#ordersSeen = group.orders;
    return orders.flatMap((message) => sendOn(links.ids(), message));
  }
}

export const makeSquatter: RoleMaker = (context, now) => new Squatter(context, now);
