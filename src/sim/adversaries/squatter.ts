/**
 * The id squatter: as soon as one of the group sees a new message, all of them send junk under the same id to
 * all their neighbours, and nobody of them passes the real one on. Where messages are told apart by their id
 * alone, the junk makes the real one a duplicate wherever it comes first.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input } from '../../core/inputs.ts';
import type { Instant } from '../../core/settings.ts';
import type { PeerAnnounce } from '../../wire/peer-messages.ts';
import { Watch } from './bulletin.ts';
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

class Squatter implements Role {
  readonly #context: RoleContext;
  readonly #orders: Watch<PeerAnnounce>;

  constructor(context: RoleContext, now: Instant) {
    this.#context = context;
    this.#orders = new Watch(context.group.orders, now);
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    const { honest, links } = this.#context;
    const effects = honest.handle(input, now).filter((effect) => !isPassingOn(effect));
    this.#lookAt(input);
    const orders = this.#orders.look(now);
    return [...effects, ...orders.flatMap((message) => sendOn(links.ids(), message))];
  }

  nextDeadline(): Instant | undefined {
    return earlier(this.#context.honest.nextDeadline(), this.#orders.nextLook);
  }

  #lookAt(input: Input): void {
    const { group } = this.#context;
    const message = announceIn(input)?.message;
    if (message === undefined || isJunk(message.data) || !group.meet(message.id)) return;
    const { kind, id, dataType } = message;
    group.orders.post({
      kind,
      id,
      ttl: 0,
      dataType,
      data: junk(message.data.length, group.random),
    });
  }
}

export const makeSquatter: RoleMaker = (context, now) => new Squatter(context, now);
