/**
 * A role that takes part in everything, and does something of its own `plan.rate` times a second.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input } from '../../core/inputs.ts';
import type { Instant } from '../../core/settings.ts';
import { Beat } from './beat.ts';
import { earlier, type Role, type RoleContext } from './role.ts';

/** What a role of this kind makes different; everything is as the real core has it by default. */
export interface Own {
  /** Sees every input before the real core does. */
  readonly learn?: (input: Input, now: Instant) => void;
  /** What is carried out of what the real core wants. */
  readonly keep?: (effect: Effect) => boolean;
}

/** `act`: what it does at each beat. */
export function beating(
  context: RoleContext,
  now: Instant,
  act: (now: Instant) => readonly Effect[],
  { learn, keep }: Own = {},
): Role {
  const { honest, plan, random } = context;
  const beat = new Beat(plan.rate, now, random);
  return {
    handle(input, at) {
      learn?.(input, at);
      const all = honest.handle(input, at);
      const effects = keep === undefined ? all : all.filter(keep);
      const due = beat.take(at);
      if (due === 0) return effects;
      return [...effects, ...Array.from({ length: due }).flatMap(() => act(at))];
    },
    nextDeadline: () => earlier(honest.nextDeadline(), beat.next),
  };
}
