/** The node under test, in a process of its own: what ends it is seen, and its memory is its own. */
import { defaultConfig } from '../../dist/daemon/config/config.js';
import { startDaemon } from '../../dist/daemon/daemon.js';
import { DAEMON_BOUNDS } from '../../dist/daemon/sockets/bounds.js';

const identities = new Set();
const codes = {};
const log = {
  isLevelEnabled: () => true,
  debug: count,
  info: count,
  warn: count,
  error: count,
};

function count({ code, identity }, message) {
  if (code !== undefined && message.includes('not secured')) codes[code] = (codes[code] ?? 0) + 1;
  if (identity !== undefined) identities.add(identity);
}

const daemon = await startDaemon({
  config: {
    ...defaultConfig(),
    p2pAddress: { host: '127.0.0.1', port: 0 },
    apiAddress: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    stateDir: undefined,
  },
  log,
  // As many a second as come: it is what they say that is tried here, not how many they are.
  bounds: { ...DAEMON_BOUNDS, handshake: { ...DAEMON_BOUNDS.handshake, perTickMax: Infinity } },
});

process.on('message', () => {
  globalThis.gc?.();
  const { opened, bytesIn } = daemon.snapshot().traffic.links;
  process.send({
    rssMiB: process.memoryUsage().rss / 2 ** 20,
    opened,
    bytesIn,
    codes,
    identities: [...identities],
  });
});
process.send({ port: daemon.p2pAddress.port });
