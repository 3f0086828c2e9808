/** The node under attack; answers what it has, and what it has cost since it was asked last. */
import { defaultConfig } from '../../dist/daemon/config/config.js';
import { startDaemon } from '../../dist/daemon/daemon.js';
import { playPart } from './namespaces.mjs';

await playPart(async () => {
  const codes = {};
  const count = ({ code }) => {
    if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1;
  };
  const log = {
    isLevelEnabled: (level) => level !== 'debug',
    debug: count,
    info: count,
    warn: count,
    error: count,
  };
  const daemon = await startDaemon({
    config: {
      ...defaultConfig(),
      p2pAddress: { host: '0.0.0.0', port: 6001 },
      apiAddress: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      proofOfWork: 'none',
      stateDir: undefined,
    },
    log,
  });
  let [pendingMax, since, used] = [0, performance.now(), process.cpuUsage()];
  setInterval(() => {
    pendingMax = Math.max(pendingMax, daemon.snapshot().handshakes.size);
  }, 20);
  return {
    hello: {},
    answer: async () => {
      const { user, system } = process.cpuUsage(used);
      const seconds = (performance.now() - since) / 1000;
      const said = {
        pendingMax,
        rssMB: process.memoryUsage().rss / 1e6,
        coreShare: (user + system) / 1e6 / seconds,
        openLinks: daemon.snapshot().core.sizes.openLinks.size,
        codes: { ...codes },
      };
      [pendingMax, since, used] = [0, performance.now(), process.cpuUsage()];
      return said;
    },
  };
});
