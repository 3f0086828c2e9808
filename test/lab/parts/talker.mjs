/**
 * A peer of a node and a program of it, `{ host, port, api, difficulty, name }`: the peer announces, the program accepts
 * and counts. When the node has ended and another has begun in its place, the peer says once more what the program was
 * told of lately: what it is told of again is what the node has forgotten.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../../dist/client/index.js';
import { peerAnnounce } from '../../../dist/testkit/index.js';
import { dialTls, newIdentity, playPart } from './part.mjs';
import { Peer } from './peer.mjs';

const TYPE = 1337;
const EVERY_MILLIS = 50;
/** Said once more is what came so long before the end at most: some times what a node may forget. */
const REPEATED_MILLIS = 20_000;
const LOOK_MILLIS = 20;
/** It listens on no port. */
const INFO = { kind: 'peer-info', port: 0 };

playPart(({ host, port, api, difficulty, name }) => {
  const { secureContext } = newIdentity();
  /** By what they say: announcements, and when the program was told of them, each time. */
  const said = new Map();
  let count = 0;
  let endedAt = 0;

  const announce = (peer) => {
    const data = `${name} ${count++}`;
    const message = { announcement: peerAnnounce({ dataType: TYPE, data }), times: [] };
    said.set(data, message);
    peer.say(message.announcement);
    return message;
  };

  const repeat = async (peer) => {
    const isLate = ({ times: [at] }) => endedAt - at <= REPEATED_MILLIS;
    for (const [data, message] of said) if (!isLate(message)) said.delete(data);
    const late = [...said.values()];
    for (const { announcement } of late) peer.say(announcement);
    // What was said before it has been judged when this one comes.
    const last = announce(peer);
    while (last.times.length === 0) await sleep(LOOK_MILLIS);
    const forgotten = late.filter(({ times }) => times.length > 1);
    const ages = forgotten.map(({ times: [at] }) => endedAt - at);
    // From now on it is what was told last that is to be remembered.
    for (const { times } of forgotten) times.splice(0, times.length - 1);
    return {
      repeated: late.length,
      forgotten: forgotten.length,
      oldestMillis: Math.max(0, ...ages),
    };
  };

  return {
    /** To be asked once the node listens. */
    async begin() {
      const program = await connect(api);
      program.serve(TYPE, ({ data }) => {
        said.get(new TextDecoder().decode(data))?.times.push(performance.now());
        return 'accept';
      });
      const socket = dialTls({ host, port, secureContext });
      const peer = new Peer(socket, { difficulty });
      socket.once('secureConnect', () => peer.say(INFO));
      while (!peer.isOpen) await sleep(LOOK_MILLIS);
      const found = await repeat(peer);
      const timer = setInterval(announce, EVERY_MILLIS, peer);
      socket.once('close', () => {
        clearInterval(timer);
        endedAt = performance.now();
      });
      return found;
    },
  };
});
