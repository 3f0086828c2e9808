/**
 * The directory in which a node's memory outlives its process: what it has seen, which peers it knew,
 * and whom it has banned. Only its user can look into it. One process uses it at a time.
 */
import type { LoadedState, StoredBan, StoredPeers, StoredState } from '../../core/stored-state.ts';
import { BANS_FILE_BYTES_MAX, decodeBans, encodeBans } from './bans-file.ts';
import {
  decodeIdentities,
  encodeIdentities,
  IDENTITIES_FILE_BYTES_MAX,
  type StoredIdentities,
} from './identities-file.ts';
import { KeptFile, type Trouble } from './kept-file.ts';
import { decodePeers, encodePeers, PEERS_FILE_BYTES_MAX } from './peers-file.ts';
import { decodeState, encodeState, STATE_FILE_BYTES_MAX } from './state-file.ts';

/** The file with what was seen. */
export const STATE_FILE = 'seen.bin';
/** The file with the peer book. */
export const PEERS_FILE = 'peers.txt';
/** The file with the bans. */
export const BANS_FILE = 'bans.txt';
/** The file with whose keys were found where. */
export const IDENTITIES_FILE = 'identities.txt';

export class StateDirectory {
  readonly path: string;
  readonly seen: KeptFile<StoredState, LoadedState>;
  readonly peers: KeptFile<StoredPeers, StoredPeers>;
  readonly bans: KeptFile<readonly StoredBan[], readonly StoredBan[]>;
  readonly identities: KeptFile<StoredIdentities, StoredIdentities>;

  /** `now` is the calendar's time in milliseconds. Default `Date.now`. */
  constructor(path: string, onTrouble: Trouble, now: () => number = Date.now) {
    this.path = path;
    const place = { directory: path, onTrouble, now };
    this.seen = new KeptFile({
      ...place,
      format: {
        name: STATE_FILE,
        what: 'the stored state',
        bytesMax: STATE_FILE_BYTES_MAX,
        encode: encodeState,
        decode: decodeState,
      },
    });
    this.peers = new KeptFile({
      ...place,
      format: {
        name: PEERS_FILE,
        what: 'the stored peer book',
        bytesMax: PEERS_FILE_BYTES_MAX,
        encode: encodePeers,
        decode: decodePeers,
      },
    });
    this.bans = new KeptFile({
      ...place,
      format: {
        name: BANS_FILE,
        what: 'the stored list of bans',
        bytesMax: BANS_FILE_BYTES_MAX,
        encode: encodeBans,
        decode: decodeBans,
      },
    });
    this.identities = new KeptFile({
      ...place,
      format: {
        name: IDENTITIES_FILE,
        what: 'the stored list of identities',
        bytesMax: IDENTITIES_FILE_BYTES_MAX,
        encode: encodeIdentities,
        decode: decodeIdentities,
      },
    });
  }
}
