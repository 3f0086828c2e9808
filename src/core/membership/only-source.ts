/**
 * Whether all peers that this node has chosen are known through one peer only, who may have chosen them: the operator
 * should name others.
 *
 * Who lies about whom he knows has company that tells the same. So what counts is not who told of an address but where
 * the trail ends: at a peer that the operator named, or at somebody of whom this node was not told. An honest network
 * with one bootstrapper looks no different, and is at the mercy of that one just the same.
 */
import type { Address } from '../../wire/address.ts';
import { siteOf } from '../../wire/netgroup.ts';
import type { Outbox } from '../effects.ts';
import type { AddressBook, Candidate } from './surroundings.ts';

export class OnlySource {
  readonly #book: AddressBook;
  readonly #out: Outbox;
  #told: string | undefined;

  constructor(options: { readonly book: AddressBook; readonly out: Outbox }) {
    this.#book = options.book;
    this.#out = options.out;
  }

  /** `dialled`: where this node has links that it dialled. Reports each such peer once. */
  look(dialled: readonly Address[]): void {
    const ends = this.#endsOfTrails(dialled);
    const [source] = ends.size === 1 && dialled.length > 1 ? ends : [];
    if (source === undefined || source === this.#told) return;
    this.#told = source;
    this.#out.report({ kind: 'only-source', source, peers: dialled.length });
  }

  /** The sites at which they end; undefined for all that are none of the operator's. */
  #endsOfTrails(dialled: readonly Address[]): ReadonlySet<string | undefined> {
    const known = this.#bySite();
    const ends = new Set<string | undefined>();
    // Grows while it is walked.
    const trail = new Set(dialled.map(siteOf));
    for (const site of trail) {
      const here = known.get(site);
      if (here === undefined) ends.add(undefined);
      else if (here.some(({ isConfigured }) => isConfigured)) ends.add(site);
      else {
        for (const { sources } of here) {
          if (sources.length === 0) ends.add(undefined);
          for (const source of sources) trail.add(source);
        }
      }
    }
    return ends;
  }

  #bySite(): ReadonlyMap<string, readonly Candidate[]> {
    const known = new Map<string, Candidate[]>();
    for (const entry of this.#book.entries()) {
      // On loopback there is one person only.
      if (entry.scope === 'loopback') continue;
      const site = siteOf(entry.address);
      const here = known.get(site);
      if (here === undefined) known.set(site, [entry]);
      else here.push(entry);
    }
    return known;
  }
}
