/** Connections from many addresses, that stay silent or begin handshakes, so many a second. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { playPart } from './namespaces.mjs';

await playPart(async ({ target, addresses }) => {
  /** Opens `total` connections, `perSecond` of them; `speaks`: each says a ClientHello. */
  const attack = async ({ total, perSecond, speaks }) => {
    const begin = performance.now();
    let begun = 0;
    let closed = 0;
    while (begun < total) {
      const due = Math.min(total, Math.ceil(((performance.now() - begin) / 1000) * perSecond));
      for (; begun < due; begun++) {
        const localAddress = addresses[begun % addresses.length];
        const raw = connect({ host: target, port: 6001, localAddress });
        const socket = speaks
          ? connectTls({
              socket: raw,
              ALPNProtocols: ['hearsay/1/main'],
              rejectUnauthorized: false,
            })
          : raw;
        raw.on('error', () => {});
        socket.on('error', () => {});
        raw.on('close', () => closed++);
        if (speaks) setTimeout(() => raw.destroy(), 5_000).unref();
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { begun, closed, seconds: (performance.now() - begin) / 1000 };
  };
  return { hello: {}, answer: attack };
});
