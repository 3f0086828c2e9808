/**
 * A node that runs: one core, its sockets, its solver and its log, introduced to each other here.
 *
 * Nothing here belongs to the process: no signals, no exit codes, no output but through the logger handed
 * in. Any number of daemons can run side by side.
 */
import type { NodeEvent } from '../core/events.ts';
import { GossipNode } from '../core/gossip-node.ts';
import type { Input, LinkId } from '../core/inputs.ts';
import type { PeerIdentity, PeerName } from '../core/settings.ts';
import type { NodeSnapshot } from '../core/snapshot.ts';
import type { Address } from '../wire/address.ts';
import { Api } from './api/api.ts';
import type { ApiAddress, Config } from './config/config.ts';
import { coreSettings } from './core-settings.ts';
import { cryptoRandom } from './crypto-random.ts';
import { Driver } from './driver.ts';
import { ClientDesk, LocalClients } from './embedding/local-clients.ts';
import { KnownIdentities } from './identity/known-identities.ts';
import { readPeerCertificate } from './identity/peer-certificate.ts';
import { PeerJudge } from './peer-judge.ts';
import { Trust } from './identity/trust.ts';
import { reachableAddresses, type Doors, type ListenKey } from './listening.ts';
import type { Memory } from './memory.ts';
import type { EventCounts } from './observe/counters.ts';
import { DescriptorWatch } from './observe/descriptor-watch.ts';
import type { Log, Reporter } from './observe/reporter.ts';
import type { OwnState } from './own-state.ts';
import { cryptoProofs } from './proof-of-work/crypto-proofs.ts';
import { ProofSolver } from './proof-of-work/solver.ts';
import { addressesOf } from './resolver.ts';
import { shutDown } from './shutdown.ts';
import { BatchPool } from './sockets/batch-pool.ts';
import type { DaemonBounds } from './sockets/bounds.ts';
import { FlushScheduler } from './sockets/flush-scheduler.ts';
import type { SendGear } from './sockets/send-queue.ts';
import { TcpBacklogReader } from './sockets/tcp-backlog.ts';
import { noTraffic, type Traffic } from './sockets/traffic.ts';
import { takeDaemonShares, type DaemonShares } from './take-shares.ts';
import { SecureChannel } from './transport/secure-channel.ts';
import { Transport } from './transport/transport.ts';

export interface DaemonOptions {
  readonly config: Config;
  readonly log: Log;
  /** Told of everything that the log is told of, as data, before it is logged. Must not throw. */
  readonly onEvent?: (event: NodeEvent) => void;
  /** How messages name a listen setting, such as `node.ini:3 p2p_address = …`. Default: key and value. */
  readonly nameSetting?: (key: ListenKey) => string | undefined;
  /** Whether applications can connect. Without, `apiAddress` of the configuration means nothing. Default true. */
  readonly hasApi?: boolean;
  /**
   * Whether key and memory outlive the process, in `stateDir` of the configuration if it names one. Default false.
   */
  readonly remembers?: boolean;
  /** For tests; default: as `limits` of the configuration says. */
  readonly bounds?: DaemonBounds;
}

export interface DaemonSnapshot {
  readonly core: NodeSnapshot;
  readonly traffic: { readonly links: Traffic; readonly clients: Traffic };
  readonly events: EventCounts;
  /** Who has most of what everybody may have some of. */
  readonly shares: DaemonShares;
  /** Bytes that wait to be sent. */
  readonly queuedBytes: { readonly links: number; readonly clients: number };
}

export interface Daemon {
  /** Whose key this node holds; undefined in plain. */
  readonly identity: PeerIdentity | undefined;
  /** Where it listens for peers; the host is literal, the port the one that was really taken. */
  readonly p2pAddress: Address;
  /** Where it listens for applications; likewise. Undefined without `hasApi`. */
  readonly apiAddress: ApiAddress | undefined;
  /** The program that the node runs in, as its clients. */
  readonly localClients: LocalClients;
  /** What an operator wants about single peers. */
  control(input: Extract<Input, { kind: 'ban' | 'unban' | 'disconnect' }>): void;
  /** The state at this moment, as plain data. */
  snapshot(): DaemonSnapshot;
  /** Bytes read from links and clients since the start. */
  readonly carriedBytes: number;
  /** How many peers are known to have what was announced with a receipt, while that is remembered. */
  reached(receipt: number): number | undefined;
  /**
   * Ends the node in order: what is queued is sent for two seconds at most. Resolves within some three
   * seconds, when ports, socket file and threads are free. Further calls give the same promise.
   */
  close(): Promise<void>;
}

/** Idle buffers are shared by all daemons of a process: there may be many, and all use them in turn. */
const pool = new BatchPool();

export class RunningDaemon implements Daemon {
  readonly p2pAddress: Address;
  readonly apiAddress: ApiAddress | undefined;
  readonly identity: PeerIdentity | undefined;
  readonly localClients = new LocalClients((input) => this.#give(input));
  readonly #bounds: DaemonBounds;
  readonly #reporter: Reporter;
  readonly #onEvent: ((event: NodeEvent) => void) | undefined;
  readonly #traffic = { links: noTraffic(), clients: noTraffic() };
  readonly #core: GossipNode;
  readonly #transport: Transport;
  readonly #api: Api;
  readonly #solver: ProofSolver;
  readonly #driver: Driver;
  readonly #descriptors: DescriptorWatch;
  readonly #housekeeping: NodeJS.Timeout;
  readonly #memory: Memory | undefined;
  readonly #peerJudge: PeerJudge;
  readonly #state: OwnState;
  #closed: Promise<void> | undefined;

  constructor(parts: {
    readonly options: DaemonOptions;
    readonly bounds: DaemonBounds;
    readonly reporter: Reporter;
    readonly doors: Doors;
    readonly state: OwnState;
    readonly memory: Memory | undefined;
  }) {
    const { options, bounds, doors, state, memory } = parts;
    const { config } = options;
    this.identity = state.identity?.identity;
    this.#state = state;
    this.#peerJudge = new PeerJudge({
      trust: new Trust({
        pins: config.pins,
        allowed: config.allowIdentities,
        denied: config.denyIdentities,
      }),
      known: memory?.identities ?? new KnownIdentities(),
      reporter: parts.reporter,
    });
    this.p2pAddress = doors.p2pAddress;
    this.apiAddress = doors.apiAddress;
    this.#bounds = bounds;
    this.#reporter = parts.reporter;
    this.#descriptors = new DescriptorWatch((error) => parts.reporter.onAcceptTrouble(error));
    this.#onEvent = options.onEvent;
    const gear: SendGear = {
      pool,
      scheduler: new FlushScheduler(),
      backlogs: new TcpBacklogReader(),
    };
    this.#core = new GossipNode({
      settings: coreSettings(config, {
        listenAddress: doors.p2pAddress,
        ownServices: reachableAddresses(doors.apiAddress),
        ownIdentity: this.identity,
      }),
      random: cryptoRandom(),
      proofs: cryptoProofs,
      expectedAt: (address) => this.#peerJudge.expectedAt(address),
      stored: memory?.stored,
      storedPeers: memory?.storedPeers,
      storedBans: memory?.storedBans,
    });
    this.#transport = this.#createTransport(doors, gear, this.#createChannel(config));
    this.#api = this.#createApi(doors, gear);
    this.#solver = this.#createSolver();
    this.#driver = this.#createDriver(gear.scheduler);
    this.#housekeeping = setInterval(() => this.#tick(), bounds.tick);
    this.#give({ kind: 'start' });
    this.#memory = memory;
    memory?.keep(this.#core);
    this.#transport.start();
    this.#api.start();
  }

  reached(receipt: number): number | undefined {
    return this.#core.reached(receipt)?.known;
  }

  control(input: Extract<Input, { kind: 'ban' | 'unban' | 'disconnect' }>): void {
    this.#give(input);
  }

  snapshot(): DaemonSnapshot {
    const { links, clients } = this.#traffic;
    return {
      core: this.#core.snapshot(),
      traffic: { links: { ...links }, clients: { ...clients } },
      events: this.#reporter.counts,
      shares: takeDaemonShares(
        this.#core.shares(),
        { transport: this.#transport, api: this.#api, reporter: this.#reporter },
        this.#bounds,
      ),
      queuedBytes: {
        links: this.#transport.table.queuedBytes,
        clients: this.#api.table.queuedBytes,
      },
    };
  }

  get carriedBytes(): number {
    const { links, clients } = this.#traffic;
    return links.bytesIn + clients.bytesIn;
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    const [driver, transport, api, solver] = [
      this.#driver,
      this.#transport,
      this.#api,
      this.#solver,
    ];
    try {
      await shutDown({ driver, transport, api, solver }, this.#bounds);
    } finally {
      await this.#memory?.close();
      clearInterval(this.#housekeeping);
      this.#state.release();
    }
  }

  readonly #give = (input: Input): void => this.#driver.give(input);

  #createChannel({ network }: Config): SecureChannel | undefined {
    const { identity } = this.#state;
    if (identity === undefined) return undefined;
    return new SecureChannel({
      privateKey: identity.privateKey,
      certificate: identity.certificate,
      network,
      bounds: this.#bounds.handshake,
      readCertificate: readPeerCertificate,
      judge: (peer, counterpart) => this.#peerJudge.judge(peer, counterpart),
      onRefused: (refusal, counterpart) =>
        this.#reporter.onRefusedChannel({ ...refusal, ...counterpart }),
    });
  }

  #createTransport(doors: Doors, gear: SendGear, channel: SecureChannel | undefined): Transport {
    return new Transport({
      channel,
      listener: doors.p2p,
      listenAddress: doors.p2pAddress,
      gear,
      bounds: this.#bounds.link,
      dialTicks: this.#bounds.dialTicks,
      traffic: this.#traffic.links,
      give: this.#give,
      onCutOff: (link, remote, bytes, size) =>
        this.#reporter.onPeerCutOff(link, remote, bytes, size),
      onStuck: (link, remote) => this.#reporter.onStuckPeer(link, remote),
    });
  }

  #createApi(doors: Doors, gear: SendGear): Api {
    const reporter = this.#reporter;
    return new Api({
      listener: doors.api,
      gear,
      bounds: this.#bounds.client,
      traffic: this.#traffic.clients,
      give: this.#give,
      events: {
        onMalformed: (client, from, wrong) => reporter.onMalformedClient(client, from, wrong),
        onCutOff: (client, from, bytes, size) => reporter.onClientCutOff(client, from, bytes, size),
        onQueueFull: (client, from) => reporter.onClientQueueFull(client, from),
        onStuck: (client, from) => reporter.onStuckClient(client, from),
      },
    });
  }

  #createSolver(): ProofSolver {
    return new ProofSolver({
      onNonce: (link, nonce) => this.#give({ kind: 'proof-found', link, nonce }),
      onOffer: (link, body) => this.#give({ kind: 'offer-proven', link, body }),
      onTrouble: (message) => this.#reporter.onSolverTrouble(message),
    });
  }

  #createDriver(scheduler: FlushScheduler): Driver {
    return new Driver({
      core: this.#core,
      scheduler,
      hands: {
        transport: this.#transport,
        api: new ClientDesk(this.#api, this.localClients),
        solver: this.#solver,
        resolve: (name) => void this.#resolve(name),
        report: (event) => this.#report(event),
      },
    });
  }

  async #resolve(name: PeerName): Promise<void> {
    const hosts = await addressesOf(name.host);
    const addresses = hosts.map((host) => ({ host, port: name.port }));
    const isPinned = this.#peerJudge.onResolved(name, addresses);
    this.#give({ kind: 'resolved', name, addresses });
    if (!isPinned) return;
    for (const { link, direction, listening, identity } of this.#core.snapshot().links) {
      if (direction === 'outbound') this.#endIfUnwanted(link, listening, identity);
    }
  }

  #report(event: NodeEvent): void {
    this.#onEvent?.(event);
    this.#reporter.onEvent(event);
    if (event.kind === 'link-established' && event.direction === 'outbound') {
      this.#endIfUnwanted(event.link, event.peer, event.identity);
    }
  }

  /** The pin of a name holds once the name is known. An address of it may have been dialled before. */
  #endIfUnwanted(link: LinkId, dialled: Address | undefined, peer: PeerIdentity | undefined): void {
    if (peer === undefined || dialled === undefined) return;
    if (this.#peerJudge.isUnwanted(peer, dialled)) this.#give({ kind: 'disconnect', link });
  }

  #tick(): void {
    this.#transport.tick();
    this.#api.tick();
    this.localClients.tick();
    this.#descriptors.tick();
    this.#reporter.tick();
  }
}
