/** A node as `hearsay run` starts it, on free ports, in plain, without proof of work and without a log. */
import { pino } from 'pino';
import { defaultConfig } from '../../dist/daemon/config/config.js';
import { startDaemon } from '../../dist/daemon/daemon.js';

/** `bootstrapper` is a port; `config` overrides keys. `hello` and `answers` as in part.mjs. */
export async function startNode({ bootstrapper, config = {} } = {}) {
  const daemon = await startDaemon({
    config: {
      ...defaultConfig(),
      p2pAddress: { host: '127.0.0.1', port: 0 },
      apiAddress: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      bootstrapper:
        bootstrapper === undefined ? undefined : { host: '127.0.0.1', port: bootstrapper },
      proofOfWork: 'none',
      transport: 'plain',
      ...config,
    },
    log: pino({ level: 'silent' }),
  });
  const openLinks = () => daemon.snapshot().core.sizes.openLinks.size;
  return {
    hello: { peers: daemon.p2pAddress.port, api: daemon.apiAddress.port },
    answers: {
      /** Resolves when at least `count` links are open. */
      links: async (count) => {
        while (openLinks() < count) await new Promise((resolve) => setTimeout(resolve, 5));
      },
      snapshot: () => daemon.snapshot(),
    },
  };
}
