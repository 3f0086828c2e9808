/**
 * A crowd that keeps so many connections open, each from an address of its own, and says nothing on them:
 * `begin({ host, port, sockets, rate, isSecure })`. Where one is closed another is opened, at most `rate` a second.
 * With `isSecure` the TLS handshake is made before the silence.
 */
import { connect } from 'node:net';
import { crowdAddress, dialTls, newIdentity, pace, playPart } from './part.mjs';

/** Connections that do not stand yet: what the system's own queue of the victim holds. */
const DIALS_MAX = 2_000;

playPart(({ host, port, sockets, rate, isSecure }) => {
  const figures = { opened: 0, closed: 0, refused: 0, open: 0, dials: 0 };
  const { secureContext } = newIdentity();
  let number = 0;
  const dial = () => {
    const localAddress = crowdAddress(number++);
    figures.dials++;
    const socket = isSecure
      ? dialTls({ host, port, localAddress, secureContext })
      : connect({ host, port, localAddress });
    let stands = false;
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      stands = true;
      figures.dials--;
      figures.opened++;
      figures.open++;
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      if (stands) {
        figures.open--;
        figures.closed++;
      } else {
        figures.dials--;
        figures.refused++;
      }
    });
    socket.resume();
  };
  const mayDial = () => figures.open + figures.dials < sockets && figures.dials < DIALS_MAX;
  pace(rate, dial, mayDial);
  return { figures: () => ({ ...figures, addresses: number }) };
});
