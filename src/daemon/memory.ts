/** What of a node outlives its process: loaded before it starts, kept close behind it, stored when it has stopped. */
import type { GossipNode } from '../core/gossip-node.ts';
import type { LoadedState, StoredBan, StoredPeers } from '../core/stored-state.ts';
import { KnownIdentities } from './identity/known-identities.ts';
import type { Log } from './observe/reporter.ts';
import type { Trouble } from './store/kept-file.ts';
import { seldom } from './store/seldom.ts';
import { StateDirectory } from './store/state-directory.ts';
import { StateKeeper, STORE_PEERS_EVERY } from './store/state-keeper.ts';

type Remembering = Pick<
  GossipNode,
  'storeRevision' | 'store' | 'peersRevision' | 'storePeers' | 'bansRevision' | 'storeBans'
>;

export class Memory {
  readonly stored: LoadedState | undefined;
  readonly storedPeers: StoredPeers | undefined;
  readonly storedBans: readonly StoredBan[] | undefined;
  readonly identities: KnownIdentities;
  readonly #directory: StateDirectory;
  readonly #onTrouble: Trouble;
  #keepers: readonly { close(): Promise<void> }[] = [];

  private constructor(parts: {
    readonly directory: StateDirectory;
    readonly onTrouble: Trouble;
    readonly stored: LoadedState | undefined;
    readonly storedPeers: StoredPeers | undefined;
    readonly storedBans: readonly StoredBan[] | undefined;
    readonly identities: KnownIdentities;
  }) {
    this.#directory = parts.directory;
    this.#onTrouble = parts.onTrouble;
    this.stored = parts.stored;
    this.storedPeers = parts.storedPeers;
    this.storedBans = parts.storedBans;
    this.identities = parts.identities;
  }

  /** Loads what is in a directory; what cannot be used is logged. Never rejects. */
  static async load(path: string, log: Log): Promise<Memory> {
    const onTrouble: Trouble = (message, fields) => log.warn(fields, message);
    const directory = new StateDirectory(path, onTrouble);
    const { seen, peers, bans, identities } = directory;
    const [stored, storedPeers, storedBans, storedIdentities] = await Promise.all([
      seen.load(),
      peers.load(),
      bans.load(),
      identities.load(),
    ]);
    const known = new KnownIdentities(storedIdentities);
    return new Memory({ directory, onTrouble, stored, storedPeers, storedBans, identities: known });
  }

  /** Stores from now on what `core` is to remember. */
  keep(core: Remembering): void {
    const { seen, peers, bans, identities } = this.#directory;
    const known = this.identities;
    // One for all files: they lie on one disk.
    const onTrouble = seldom(this.#onTrouble);
    this.#keepers = [
      new StateKeeper({
        file: seen,
        source: { revision: () => core.storeRevision, store: () => core.store() },
        onTrouble,
      }),
      new StateKeeper({
        file: peers,
        source: { revision: () => core.peersRevision, store: () => core.storePeers() },
        onTrouble,
        every: STORE_PEERS_EVERY,
      }),
      new StateKeeper({
        file: bans,
        source: { revision: () => core.bansRevision, store: () => core.storeBans() },
        onTrouble,
      }),
      new StateKeeper({
        file: identities,
        source: { revision: () => known.revision, store: () => known.store() },
        onTrouble,
      }),
    ];
  }

  /** Stores what is new for the last time, when the node does nothing any more. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.close()));
  }
}
