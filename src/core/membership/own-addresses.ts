/**
 * The addresses at which this very node can be reached, as far as it knows: what it listens on, what peers
 * reached it at, and the other services of its process. None of them is ever dialled or remembered.
 */
import { addressEquals, isWildcard, scopeOf, type Address } from '../../wire/address.ts';
import type { Settings } from '../settings.ts';

/** More addresses than a machine has; beyond it no further ones are learnt. */
const HOSTS_MAX = 64;

export class OwnAddresses {
  readonly #listen: Address;
  readonly #ports: ReadonlySet<number>;
  readonly #services: readonly Address[];
  readonly #hosts = new Set<string>();

  constructor(settings: Settings) {
    this.#listen = settings.listenAddress;
    this.#ports = new Set([settings.listenAddress.port, settings.advertisedPort]);
    this.#services = settings.ownServices;
    if (!isWildcard(this.#listen.host)) this.#hosts.add(this.#listen.host);
  }

  /** Our end of a connection is one of our addresses, if we listen on all of them. */
  learn(local: Address): void {
    if (isWildcard(this.#listen.host) && this.#hosts.size < HOSTS_MAX) this.#hosts.add(local.host);
  }

  isOwn(address: Address): boolean {
    if (this.#services.some((service) => this.#isAtService(service, address))) return true;
    if (!this.#ports.has(address.port)) return false;
    if (this.#hosts.has(address.host)) return true;
    return isWildcard(this.#listen.host) && scopeOf(address.host) === 'loopback';
  }

  #isAtService(service: Address, address: Address): boolean {
    if (!isWildcard(service.host)) return addressEquals(service, address);
    const isHere = this.#hosts.has(address.host) || scopeOf(address.host) === 'loopback';
    return isHere && service.port === address.port;
  }
}
