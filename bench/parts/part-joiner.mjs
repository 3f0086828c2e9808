/**
 * A node that joins a network of nodes with TLS and proof of work, by one peer: `{ bootstrapper, difficulty, links }`.
 * Measures itself from before it starts until it has so many links.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startNode } from './node.mjs';
import { playPart } from './part.mjs';

/** Between two looks at the loop, in milliseconds; delays are measured in addition to it. */
const RESOLUTION = 1;

await playPart(async ({ bootstrapper, difficulty, links }) => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  const began = performance.now();
  const used = process.cpuUsage();
  delays.enable();
  const { answers } = await startNode({
    bootstrapper,
    config: {
      transport: 'tls',
      proofOfWork: 'connection',
      powDifficulty: difficulty,
      minConnections: links,
    },
  });
  return {
    answers: {
      async join() {
        await answers.links(links);
        delays.disable();
        const { user, system } = process.cpuUsage(used);
        const millis = (nanos) => Math.max(0, nanos / 1e6 - RESOLUTION);
        return {
          seconds: (performance.now() - began) / 1_000,
          'CPU seconds': (user + system) / 1e6,
          'loop delay p99, ms': millis(delays.percentile(99)),
          'loop delay max, ms': millis(delays.max),
        };
      },
    },
  };
});
