/**
 * Networks of every kind under troubles of every kind, as the seed will have it: settings, bounds, faults,
 * clients. Nothing is asserted here but what the simulator checks at every step (src/sim/checkers.ts), and
 * that node and host agree in the end.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../src/basics/random.ts';
import type { LatencyChoice } from '../../src/sim/latency.ts';
import type { SettingsOverrides } from '../../src/sim/node-settings.ts';
import type { SimClient, Validator, VerdictChoice } from '../../src/sim/sim-client.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import type { Partition } from '../../src/sim/simulation-options.ts';
import { Simulation } from '../../src/sim/simulation.ts';

type Delay = NonNullable<Validator['delay']>;

const STEPS = 120;
const VERDICTS: readonly VerdictChoice[] = ['accept', 'accept', 'reject', 'silent', 'abstain'];

function oneOf<T>(random: Random, ...choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}

function anySettings(random: Random): SettingsOverrides {
  const maxConnections = oneOf(random, 2, 3, 6, 32);
  const minConnections = 1 + random.below(maxConnections);
  return {
    maxConnections,
    minConnections,
    degree: 1 + random.below(minConnections),
    proofOfWork: oneOf(random, 'connection', 'none', 'discovery'),
    powDifficulty: oneOf(random, 0, 12, 20, 24),
    searchCooldown: oneOf(random, 1_000, 5_000, 60_000),
    challengeCooldown: oneOf(random, 0, 0, 3_000),
    validationTimeout: oneOf(random, 1_000, 10_000, 60_000),
    relay: oneOf(random, 'all', 'subscribed'),
    seenWindow: oneOf(random, 600_000, 100_000),
    bounds: {
      addressesMax: oneOf(random, 5, 50, 4_096),
      offerAddressesMax: oneOf(random, 2, 64),
      offerIntakeMax: oneOf(random, 1, 64),
      clientsMax: oneOf(random, 2, 1_024),
      gatesMax: oneOf(random, 2, 65_536),
      offerProofsMax: oneOf(random, 1, 8),
      openDiscoveriesMax: oneOf(random, 1, 16),
    },
  };
}

/** A network in trouble for {@link STEPS} steps, each of which is one action and some waiting. */
class Swarm {
  readonly simulation: Simulation;
  readonly #random: Random;
  readonly #clients: SimClient[] = [];
  #partition: Partition | undefined;

  constructor(seed: number) {
    const early = seededRandom(seed);
    this.simulation = new Simulation({
      seed,
      latency: oneOf<LatencyChoice>(early, 20, { min: 1, max: 400 }),
      settings: anySettings(early),
      addresses: oneOf(early, 'private', 'loopback'),
      reusesBuffers: early.below(2) === 0,
    });
    this.#random = this.simulation.random;
    const first = this.simulation.addNode();
    for (let i = 4 + this.#random.below(30); i > 0; i--) this.#addNode(first);
  }

  run(): void {
    const random = this.#random;
    for (let i = 0; i < STEPS; i++) {
      this.simulation.run({ for: oneOf(random, 0, 10, 300, 3_000, 20_000) });
      const actions = [
        () => this.#stopOne(),
        () => this.#startOne(),
        () => this.#startOne(),
        () => this.#subscribe(),
        () => this.#subscribe(),
        () => this.#announce(),
        () => this.#announce(),
        () => this.#announce(),
        () => this.#disturbLink(),
        () => this.#disturbLink(),
        () => this.#togglePartition(),
        () => random.pick(this.#clients)?.disconnect(),
      ];
      random.pick(actions)!();
    }
    this.#partition?.heal();
    for (const node of this.simulation.nodes) if (!node.isRunning) node.start();
    this.simulation.run({ for: 200_000 });
  }

  #addNode(bootstrapper: SimNode): void {
    const { nodes } = this.simulation;
    const known = this.#random.sample(nodes, 3).map((node) => node.address);
    this.simulation.addNode(
      oneOf<SettingsOverrides>(
        this.#random,
        { bootstrapper: bootstrapper.address },
        { knownPeers: known },
        { knownPeers: known.slice(0, 1), bootstrapper: bootstrapper.address },
      ),
    );
  }

  #running(): SimNode[] {
    return this.simulation.nodes.filter((node) => node.isRunning);
  }

  #stopOne(): void {
    const running = this.#running();
    if (running.length <= 2) return;
    const node = this.#random.pick(running)!;
    if (this.#random.below(2) === 0) node.stop();
    else node.powerOff();
  }

  #startOne(): void {
    this.#random.pick(this.simulation.nodes.filter((node) => !node.isRunning))?.start();
  }

  #subscribe(): void {
    const client = this.#random.pick(this.#running())!.client();
    const verdict = this.#random.pick(VERDICTS)!;
    const delay = oneOf<Delay>(this.#random, 0, 500, (random: Random) => random.below(20_000));
    client.subscribe(this.#random.below(3), { verdict, delay });
    this.#clients.push(client);
  }

  #announce(): void {
    const random = this.#random;
    for (let i = 0; i < 5; i++) {
      const options = {
        dataType: random.below(3),
        ttl: oneOf(random, 0, 0, 1, 2, 5, 255),
        data: new Uint8Array(oneOf(random, 0, 1, 100, 60_000)),
      };
      const client = random.pick(this.#clients.filter((one) => one.isConnected));
      if (client !== undefined && random.below(2) === 0) client.announce(options);
      else random.pick(this.#running())!.announce(options);
    }
  }

  #disturbLink(): void {
    const link = this.#random.pick(this.simulation.links());
    if (link === undefined) return;
    if (this.#random.below(2) === 0) this.simulation.breakLink(link);
    else this.simulation.stallLink(link, oneOf(this.#random, 100, 5_000, 100_000));
  }

  #togglePartition(): void {
    if (this.#partition !== undefined) {
      this.#partition.heal();
      this.#partition = undefined;
      return;
    }
    const { nodes } = this.simulation;
    const border = 1 + this.#random.below(nodes.length - 1);
    const oneWay = this.#random.below(2) === 0;
    this.#partition = this.simulation.partition(nodes.slice(0, border), nodes.slice(border), {
      oneWay,
    });
  }
}

const SEEDS = Array.from({ length: 30 }, (_, i) => 1_001 + i);

describe('a network in trouble', () => {
  it.each(SEEDS)('keeps all promises at every step (seed %i)', (seed) => {
    const swarm = new Swarm(seed);
    swarm.run();
    for (const node of swarm.simulation.nodes) {
      const open = node.core.snapshot?.().links.filter(({ state }) => state === 'open');
      expect(open?.length).toBe(node.openLinks);
    }
  });
});
