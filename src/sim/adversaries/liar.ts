/**
 * The liars: whatever one of the group hears of, all name to all their neighbours at once, before they have it,
 * and give it to nobody. They take every push, never say that one was not needed, and ask for more of them
 * (526), so that they look like the best neighbours there are.
 *
 * A forger beside that says something false with each name: that the message is of another size, and often that it
 * is of another type, or old. It also says of every message that it has it already (524).
 */
import type { Effect } from '../../core/effects.ts';
import type { Input } from '../../core/inputs.ts';
import type { Instant } from '../../core/settings.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import { HAVES_MAX } from '../../wire/extension-messages.ts';
import { Watch } from './bulletin.ts';
import {
  announceIn,
  earlier,
  isPassingOn,
  namedIn,
  say,
  type Role,
  type RoleContext,
  type RoleMaker,
} from './role.ts';

/** Seconds that a forger makes a message older: more than any that is still sent whole. */
const FALSE_AGE = 15;

class Liar implements Role {
  readonly #context: RoleContext;
  readonly #rumours: Watch<HaveEntry>;
  readonly #isForger: boolean;

  constructor(context: RoleContext, now: Instant, isForger: boolean) {
    this.#context = context;
    this.#rumours = new Watch(context.group.rumours, now);
    this.#isForger = isForger;
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    const { honest, group, proofs } = this.#context;
    const effects = honest.handle(input, now).filter(isHarmless);
    const named = namedIn(input, proofs);
    for (const entry of named) group.hear(entry);
    return [...effects, ...this.#flatter(input, named), ...this.#lie(now)];
  }

  nextDeadline(): Instant | undefined {
    return earlier(this.#context.honest.nextDeadline(), this.#rumours.nextLook);
  }

  /** Asks whoever has sent something to send more. */
  #flatter(input: Input, [entry]: readonly HaveEntry[]): readonly Effect[] {
    const link = announceIn(input)?.link;
    if (link === undefined || !this.#context.links.extended().includes(link)) return [];
    return say([link], { kind: 'peer-push', digests: [entry!.digest] });
  }

  #lie(now: Instant): readonly Effect[] {
    const rumours = this.#rumours.look(now);
    const links = this.#context.links.extended();
    const effects: Effect[] = [];
    for (let i = 0; i < rumours.length; i += HAVES_MAX) {
      const entries = rumours.slice(i, i + HAVES_MAX).map((entry) => this.#told(entry));
      effects.push(...say(links, { kind: 'peer-have', entries }));
      if (!this.#isForger) continue;
      const digests = entries.map(({ digest }) => digest);
      effects.push(...say(links, { kind: 'peer-dont-want', digests }));
    }
    return effects;
  }

  #told(entry: HaveEntry): HaveEntry {
    const fresh = { ...entry, ttl: 0, age: 0 };
    if (!this.#isForger) return fresh;
    const { random } = this.#context;
    const size = entry.size === 0 ? 1 : entry.size - 1;
    const dataType = random.pick([entry.dataType, entry.dataType ^ 1])!;
    return { ...fresh, size, dataType, age: random.pick([0, FALSE_AGE])! };
  }
}

/** Neither passes on nor gives a message, nor tells anybody that a push was not needed, or what it lacks. */
function isHarmless(effect: Effect): boolean {
  if (isPassingOn(effect)) return false;
  if (effect.kind !== 'send') return true;
  return effect.message.kind !== 'peer-dont-want' && effect.message.kind !== 'peer-gone';
}

export const makeLiar: RoleMaker = (context, now) => new Liar(context, now, false);
export const makeForger: RoleMaker = (context, now) => new Liar(context, now, true);
