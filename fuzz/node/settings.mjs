/**
 * Settings of a node out of a few bytes: small numbers, so that every bound is reached within some dozen
 * steps, and every way to join them.
 */

/** Bytes that settings are made of. */
export const SETTINGS_BYTES = 24;

const PROOFS_OF_WORK = ['connection', 'none', 'discovery'];
const OWN = ['10.0.0.1', '127.0.0.1', '0.0.0.0', '::', '203.0.113.1'];
const PEERS = [
  '10.0.0.2:6001',
  '10.0.0.3:6001',
  '127.0.0.1:6002',
  '[2001:db8::7]:6001',
  '8.8.8.8:6001',
];
const NAMES = ['a.example:6001', 'b.example:6001'];
const BOOTSTRAPPERS = [
  undefined,
  undefined,
  { host: '10.0.0.9', port: 6001 },
  { host: 'boot.example', port: 6001 },
];

/**
 * @param code The code under test.
 * @param {Uint8Array} bytes At least {@link SETTINGS_BYTES} of them.
 */
export function settingsFrom(code, bytes) {
  const degree = 1 + (bytes[0] % 4);
  const minConnections = degree + (bytes[1] % 3);
  const listenAddress = { host: OWN[bytes[2] % OWN.length], port: 6001 };
  return {
    degree,
    minConnections,
    maxConnections: Math.max(2, minConnections + (bytes[3] % 4)),
    searchCooldown: [60_000, 20_000, 1_000][bytes[4] % 3],
    challengeCooldown: [0, 0, 500, 90_000][bytes[5] % 4],
    knownPeers: [...PEERS, ...NAMES].filter((_, i) => (bytes[6] >> i) % 2 === 1).map(peerName),
    bootstrapper: BOOTSTRAPPERS[bytes[7] % BOOTSTRAPPERS.length],
    listenAddress,
    advertisedPort: bytes[8] % 4 === 0 ? 7777 : 6001,
    ownServices: bytes[8] % 2 === 0 ? [] : [{ host: '127.0.0.1', port: 7001 }],
    proofOfWork: PROOFS_OF_WORK[bytes[9] % 3],
    powDifficulty: bytes[10] % 32,
    extension: bytes[10] >= 128,
    cacheSize: 1_000,
    historyWindow: 300_000,
    types: new Map(),
    relay: bytes[11] % 4 === 0 ? 'subscribed' : 'all',
    validationTimeout: [60_000, 1_000, 50][bytes[12] % 3],
    seenWindow: [600_000, 5_000, 100][bytes[13] % 3],
    bounds: boundsFrom(code, bytes.subarray(14)),
  };
}

/** Bounds of which each is small in some inputs and as in the daemon in others. */
function boundsFrom(code, bytes) {
  const usual = code.DEFAULT_BOUNDS;
  const either = (at, name, ...small) => {
    const choice = bytes[at] % (small.length + 1);
    return choice === 0 ? usual[name] : small[choice - 1];
  };
  return {
    ...usual,
    pendingLinksMax: either(0, 'pendingLinksMax', 1, 3, 9),
    challengesPerLinkMax: either(1, 'challengesPerLinkMax', 1, 2),
    openDiscoveriesMax: either(1, 'openDiscoveriesMax', 2, 1),
    offerProofsMax: either(2, 'offerProofsMax', 1, 2),
    offerAddressesMax: either(3, 'offerAddressesMax', 1, 2),
    offerIntakeMax: either(3, 'offerIntakeMax', 2, 1),
    addressesMax: either(4, 'addressesMax', 10, 16),
    portsPerHostMax: either(4, 'portsPerHostMax', 1, 2),
    seenMax: either(5, 'seenMax', 1, 2, 5),
    gateBytesMax: either(6, 'gateBytesMax', 20_000, 40_000),
    gatesMax: either(7, 'gatesMax', 1, 2, 4),
    clientsMax: either(8, 'clientsMax', 1, 3),
    initiatorPatience: either(9, 'initiatorPatience', 1_000),
    challengeLifetime: either(9, 'challengeLifetime', 2_000),
  };
}

function peerName(text) {
  const colon = text.lastIndexOf(':');
  return {
    host: text.slice(0, colon).replaceAll(/[[\]]/g, ''),
    port: Number(text.slice(colon + 1)),
  };
}
