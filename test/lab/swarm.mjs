/** Ten nodes on ten hosts, and a program at each that counts what comes and says yes to all of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../dist/client/index.js';
import { NodeProcess, until } from './processes.mjs';

export const NODES = 10;
const TYPE = 1337;
const LINKS_MIN = 6;
/** What is asked for: six links each, so that half of a network that is cut in two looks for more. */
const COUNTS = { degree: 4, 'min-connections': LINKS_MIN, 'search-cooldown': 5 };

export class Swarm {
  nodes = [];
  /** By announcement: when it was announced, and by member when it came, each time. */
  #announced = new Map();
  #programs = [];

  static async start(network) {
    const swarm = new Swarm();
    for (let i = 0; i < NODES; i++) {
      const known = swarm.nodes.map(({ address }) => address);
      const others = known.length === 0 ? {} : { 'known-peers': known.join(',') };
      const settings = { ...COUNTS, ...others, 'log-level': 'debug' };
      swarm.nodes.push(await NodeProcess.start(network.addHost(), settings));
    }
    await until(() => swarm.nodes.every(({ links }) => links.length >= LINKS_MIN));
    for (const [member, node] of swarm.nodes.entries()) await swarm.#join(member, node);
    // No answer tells that a subscription has come; a first announcement that comes to all does.
    await swarm.announce(0);
    while (swarm.missing().length > 0) await sleep(100);
    return swarm;
  }

  get hosts() {
    return this.nodes.map(({ host }) => host);
  }

  async announce(member) {
    const name = `${this.#announced.size}`;
    const receipts = Array.from(this.nodes, () => []);
    this.#announced.set(name, { member, at: performance.now(), receipts });
    await this.#programs[member].announce(TYPE, name);
  }

  /** Pairs of an announcement and a member that it has not come to. */
  missing() {
    return this.#receipts().filter(({ times }) => times.length === 0);
  }

  /** The same of those it has come to more than once. */
  doubled() {
    return this.#receipts().filter(({ times }) => times.length > 1);
  }

  /** Of all that have come, in milliseconds since the announcement. */
  delays() {
    return this.#receipts().flatMap(({ at, times }) => times.map((time) => time - at));
  }

  /** The same of those whose both ends are among the first `half` members, or both are not. */
  delaysWithin(half) {
    return this.#receipts()
      .filter(({ from, to }) => from < half === to < half)
      .flatMap(({ at, times }) => times.map((time) => time - at));
  }

  get count() {
    return this.#receipts().length;
  }

  /** From here on what was announced before does not count. */
  forget() {
    for (const each of this.#announced.values()) each.isOld = true;
  }

  async #join(member, node) {
    const program = await connect(node.apiAddress);
    this.#programs.push(program);
    program.serve(TYPE, ({ data }) => {
      const name = new TextDecoder().decode(data);
      this.#announced.get(name)?.receipts[member].push(performance.now());
      return 'accept';
    });
  }

  #receipts() {
    return [...this.#announced.values()]
      .filter(({ isOld }) => !isOld)
      .flatMap(({ member, at, receipts }) =>
        receipts.map((times, to) => ({ at, times, from: member, to })),
      )
      .filter(({ from, to }) => from !== to);
  }
}
