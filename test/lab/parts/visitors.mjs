/**
 * Honest newcomers, one after the other, each from an address and a /24 of its own and with a key of its own: TLS,
 * 507, and what the node says to that; then they go. `{ host, port, rate, range }`: so many a second.
 */
import { dialTls, newIdentity, playPart } from './part.mjs';

const INFO = Buffer.from('000801fb00001771', 'hex');

playPart(({ host, port, rate }) => {
  const millis = [];
  let begun = 0;
  let failed = 0;
  const visit = () => {
    const n = begun++;
    const localAddress = `192.168.${n & 255}.${1 + ((n >> 8) & 127)}`;
    const began = performance.now();
    const socket = dialTls({ host, port, localAddress, ...newIdentity() });
    let isAnswered = false;
    socket.once('secureConnect', () => socket.write(INFO));
    socket.once('data', () => {
      isAnswered = true;
      millis.push(performance.now() - began);
      socket.destroy();
    });
    socket.once('close', () => {
      if (!isAnswered) failed++;
    });
  };
  let timer = setInterval(visit, 1_000 / rate);
  return {
    /** Begins no more and tells of all, once the last one is answered or sent away. */
    async finish() {
      clearInterval(timer);
      await new Promise((resolve) => {
        timer = setInterval(() => millis.length + failed === begun && resolve(), 20);
      });
      return { begun, failed, millis };
    },
  };
});
