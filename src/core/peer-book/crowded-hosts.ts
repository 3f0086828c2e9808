/**
 * How many ports of a host are remembered. A small book is walked, which costs less than keeping count; once
 * it is large, as somebody with many addresses to offer can make it, there is a count for every host.
 */
import type { Address } from '../../wire/address.ts';

/** Entries up to which the book is walked. A guess: more than an honest node of a few hundred peers has. */
const WALKED_MAX = 256;

export class CrowdedHosts {
  readonly #entries: ReadonlyMap<string, { readonly address: Address }>;
  #counts: Map<string, number> | undefined;

  constructor(entries: ReadonlyMap<string, { readonly address: Address }>) {
    this.#entries = entries;
  }

  /** An entry has been added. */
  onAdded(host: string): void {
    if (this.#counts !== undefined) this.#counts.set(host, this.portsOn(host) + 1);
    else if (this.#entries.size > WALKED_MAX) this.#count();
  }

  /** An entry has been deleted. */
  onForgotten(host: string): void {
    if (this.#counts === undefined) return;
    const ports = this.portsOn(host) - 1;
    if (ports > 0) this.#counts.set(host, ports);
    else this.#counts.delete(host);
  }

  portsOn(host: string): number {
    if (this.#counts !== undefined) return this.#counts.get(host) ?? 0;
    let ports = 0;
    for (const { address } of this.#entries.values()) if (address.host === host) ports++;
    return ports;
  }

  #count(): void {
    const counts = new Map<string, number>();
    for (const { address } of this.#entries.values()) {
      counts.set(address.host, (counts.get(address.host) ?? 0) + 1);
    }
    this.#counts = counts;
  }
}
