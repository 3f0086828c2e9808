/**
 * Dials a node so many times, does all the work, and keeps every link that it gets: `{ host, port, dials, rate,
 * isMany, difficulty }`. With `isMany` each dial is from an address of its own, in 256 ranges of /16; without, all
 * are from one. Each has a key of its own.
 */
import { crowdAddress, dialTls, newIdentity, pace, playPart } from './part.mjs';
import { Peer } from './peer.mjs';

const INFO = { kind: 'peer-info', port: 6001 };
/** Keys are dear to make; so many take turns. */
const IDENTITIES = 2_000;
/** Dials under way at once. */
const DIALS_MAX = 1_000;

playPart(({ host, port, dials, rate, isMany, difficulty }) => {
  const figures = { dialled: 0, under: 0, opened: 0, over: 0 };
  const identities = [];
  const dial = () => {
    const n = figures.dialled++;
    figures.under++;
    if (identities.length < IDENTITIES) identities.push(newIdentity());
    const { secureContext } = identities[n % IDENTITIES];
    const localAddress = crowdAddress(isMany ? n : 0);
    const socket = dialTls({ host, port, localAddress, secureContext });
    const peer = new Peer(socket, { difficulty });
    socket.once('secureConnect', () => peer.say(INFO));
    let wasOpen = false;
    socket.on('data', () => {
      if (!peer.isOpen || wasOpen) return;
      wasOpen = true;
      figures.under--;
      figures.opened++;
    });
    socket.once('close', () => {
      figures.over++;
      if (!wasOpen) figures.under--;
    });
  };
  pace(rate, dial, () => figures.dialled < dials && figures.under < DIALS_MAX);
  return {
    figures: () => ({ ...figures, isOver: figures.dialled === dials && figures.under === 0 }),
  };
});
