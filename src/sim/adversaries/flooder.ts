/**
 * The flooders: `plan.rate` new messages a second, each to all neighbours and without limit of hops. A junk
 * flooder's are refused by every subscriber that looks; a spammer's are as good as anybody's.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input } from '../../core/inputs.ts';
import type { Instant, Millis } from '../../core/settings.ts';
import { junk, spam } from './junk.ts';
import { earlier, sendOn, type Role, type RoleContext, type RoleMaker } from './role.ts';

/** Messages sent in one step; what is due beyond it is left out, as after a stall. */
export const BURST_MAX = 64;

class Flooder implements Role {
  readonly #context: RoleContext;
  readonly #content: typeof junk;
  readonly #interval: Millis;
  #next: Instant;

  constructor(context: RoleContext, now: Instant, content: typeof junk) {
    this.#context = context;
    this.#content = content;
    const { rate } = context.plan;
    this.#interval = 1_000 / rate;
    // Those of a group do not fire together. A rate of 0 never fires.
    this.#next = rate > 0 ? now + this.#interval * context.random.fraction() : Infinity;
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    const effects = this.#context.honest.handle(input, now);
    return this.#next > now ? effects : [...effects, ...this.#flood(now)];
  }

  nextDeadline(): Instant | undefined {
    return earlier(this.#context.honest.nextDeadline(), this.#next);
  }

  #flood(now: Instant): readonly Effect[] {
    const { links, random, target } = this.#context;
    const due = 1 + Math.floor((now - this.#next) / this.#interval);
    this.#next += due * this.#interval;
    return Array.from({ length: Math.min(due, BURST_MAX) }).flatMap(() => {
      const { dataType } = target;
      const data = this.#content(target.size, random);
      return sendOn(links.ids(), {
        kind: 'peer-announce',
        id: random.u64(),
        ttl: 0,
        dataType,
        data,
      });
    });
  }
}

export const makeFlooder: RoleMaker = (context, now) => new Flooder(context, now, junk);
export const makeSpammer: RoleMaker = (context, now) => new Flooder(context, now, spam);
