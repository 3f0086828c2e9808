/**
 * A node in a process of its own, that opens every link without work and tells what it has read and from whom.
 * Its limits by time are a tenth of the real ones, and handshakes are not rationed: that is tried elsewhere.
 */
import { pino } from 'pino';
import { startDaemon } from '../../dist/daemon/daemon.js';
import { defaultConfig } from '../../dist/daemon/config/config.js';
import { DAEMON_BOUNDS } from '../../dist/daemon/sockets/bounds.js';

const LOCAL = { host: '127.0.0.1', port: 0 };
const TICK_MILLIS = 100;

const identities = [];
const daemon = await startDaemon({
  config: {
    ...defaultConfig(),
    transport: 'tls',
    p2pAddress: LOCAL,
    apiAddress: { kind: 'tcp', ...LOCAL },
    proofOfWork: 'none',
    maxConnections: 1_000,
  },
  hasApi: false,
  log: pino({ level: 'silent' }),
  onEvent: (event) => {
    if (event.kind === 'link-established') identities.push(event.identity);
  },
  bounds: {
    ...DAEMON_BOUNDS,
    tick: TICK_MILLIS,
    handshake: { ...DAEMON_BOUNDS.handshake, pendingMax: 1_000, perTickMax: 1_000_000 },
  },
});

process.on('disconnect', () => process.exit(0));
process.on('message', () => {
  const { opened, bytesIn } = daemon.snapshot().traffic.links;
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
  process.send({
    identities: identities.splice(0),
    opened,
    bytesIn,
    sockets: sockets.length,
    rss: process.memoryUsage.rss(),
  });
});
process.send({ port: daemon.p2pAddress.port });
