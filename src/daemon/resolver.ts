/**
 * Looks names up, the way this machine does it for all its programs (hosts file, then DNS). Only names from
 * the configuration ever come here; nothing that a stranger sent is looked up.
 */
import { lookup } from 'node:dns/promises';
import type { Millis } from '../core/settings.ts';
import { canonicalHost } from '../wire/address.ts';

/** All addresses of a host, canonical, each once; none if it is unknown for now. Never rejects. */
export async function addressesOf(host: string): Promise<readonly string[]> {
  const literal = canonicalHost(host);
  if (literal !== undefined) return [literal];
  try {
    const found = await lookup(host, { all: true });
    const hosts = found.map(({ address }) => canonicalHost(address));
    return [...new Set(hosts.filter((address) => address !== undefined))];
  } catch {
    return [];
  }
}

/** The first address of a host; undefined if none is found within `timeMax`. */
export async function firstAddressOf(host: string, timeMax: Millis): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeMax);
  });
  const addresses = await Promise.race([addressesOf(host), tooLate]);
  clearTimeout(timer);
  return addresses?.[0];
}
