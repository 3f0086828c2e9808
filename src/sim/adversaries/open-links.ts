/**
 * The open links of a core, as its own reports tell: on which a role can send, and to whom.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input, LinkId } from '../../core/inputs.ts';
import type { Instant } from '../../core/settings.ts';
import type { Address } from '../../wire/address.ts';
import type { Core } from '../world.ts';

/** No more than the core itself has open, so at most its `maxConnections`. */
export class OpenLinks {
  readonly #peers = new Map<LinkId, Address>();
  readonly #extended = new Set<LinkId>();

  /** The ids of all open links, without that of `except`. */
  ids(except?: LinkId): readonly LinkId[] {
    return [...this.#peers.keys()].filter((link) => link !== except);
  }

  /** Those whose peers have said that they speak the extension; the core has said so itself by then. */
  extended(except?: LinkId): readonly LinkId[] {
    return [...this.#extended].filter((link) => link !== except);
  }

  /** Where the peers listen, as far as they say. */
  get peers(): Iterable<Address> {
    return this.#peers.values();
  }

  has(link: LinkId): boolean {
    return this.#peers.has(link);
  }

  note(input: Input, effects: readonly Effect[]): void {
    const isHello = input.kind === 'message' && input.message.kind === 'peer-hello';
    if (isHello && this.#peers.has(input.link)) this.#extended.add(input.link);
    for (const effect of effects) {
      if (effect.kind !== 'report') continue;
      const { event } = effect;
      if (event.kind === 'link-established') this.#peers.set(event.link, event.peer);
      if (event.kind !== 'link-lost') continue;
      this.#peers.delete(event.link);
      this.#extended.delete(event.link);
    }
  }
}

/** The same core, with its links noted in `links`. */
export function watched(core: Core, links: OpenLinks): Core {
  const seen: Core = {
    handle(input: Input, now: Instant): readonly Effect[] {
      const effects = core.handle(input, now);
      links.note(input, effects);
      return effects;
    },
    nextDeadline: () => core.nextDeadline(),
  };
  if (core.snapshot !== undefined) seen.snapshot = () => core.snapshot!();
  if (core.sizes !== undefined) seen.sizes = () => core.sizes!();
  return seen;
}
