import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/basics/random.ts';
import { Connections, type Link } from '../../../src/core/connections/connections.ts';
import { Outbox } from '../../../src/core/effects.ts';
import type { ProofOfWork } from '../../../src/core/settings.ts';
import { MessageType } from '../../../src/wire/message-types.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';
import { GOOD_NONCE, OWN, address, events, hungUp, sentOn, settings } from './support.ts';

const PEER = address('10.0.0.9:6001');
const PING: PeerMessage = { kind: 'peer-ping', token: 7 };

/** Connections with nothing around them. */
function stand(extension: boolean, proofOfWork: ProofOfWork = 'none') {
  const out = new Outbox();
  const opened: Link[] = [];
  const connections = new Connections({
    settings: settings({ extension, proofOfWork }),
    random: seededRandom(1),
    proofs: {
      checkNonce: (_challenge, nonce) => nonce === GOOD_NONCE,
      checkOffer: () => true,
      digest: () => '',
    },
    out,
    events: { onEstablished: (link) => opened.push(link), onEnded: () => undefined },
    isUnread: () => false,
    knowsOthers: () => false,
    banOf: () => undefined,
    expectedAt: () => [],
  });
  const connect = (dialled: typeof PEER | undefined): void => {
    connections.onLinkOpened({ link: 1, dialled, remote: PEER, local: OWN }, 0);
  };
  const give = (message: PeerMessage): Link | undefined => connections.onMessage(1, message, 0);
  return { out, opened, connections, connect, give };
}

describe('a node that speaks the extension', () => {
  it('says so in its 507', () => {
    const { out, connect } = stand(true);
    connect(PEER);
    expect(sentOn(out.take(), 1)).toEqual([{ kind: 'peer-info', isExtended: true, port: 6001 }]);
  });

  it('says so in its 510 with V=1', () => {
    const { out, connect, give } = stand(true);
    connect(undefined);
    give({ kind: 'peer-info', port: 6001 });
    expect(sentOn(out.take(), 1)).toEqual([
      { kind: 'peer-validation', isExtended: true, valid: true },
    ]);
  });

  it.each(['none', 'discovery'] as const)(
    'sees by the 507 that a peer which dialled speaks it too (proof_of_work = %s)',
    (proofOfWork) => {
      const { opened, connect, give } = stand(true, proofOfWork);
      connect(undefined);
      give({ kind: 'peer-info', isExtended: true, port: 6001 });
      expect(opened.map((link) => link.isExtended)).toEqual([true]);
    },
  );

  it('sees by the 510 that a peer it dialled speaks it too', () => {
    const { opened, connect, give } = stand(true);
    connect(PEER);
    give({ kind: 'peer-validation', isExtended: true, valid: true });
    expect(opened.map((link) => link.isExtended)).toEqual([true]);
  });

  it('takes a peer without the bit for an existing node', () => {
    const { opened, connect, give } = stand(true);
    connect(undefined);
    give({ kind: 'peer-info', port: 6001 });
    expect(opened.map((link) => link.isExtended)).toEqual([false]);
  });

  it('hands on what comes from 520 on when the link is open', () => {
    const { opened, connect, give } = stand(true);
    connect(PEER);
    give({ kind: 'peer-validation', isExtended: true, valid: true });
    expect(give(PING)).toBe(opened[0]);
  });

  it('closes a link that is not open yet on a message from 520 on', () => {
    const { out, connect, give } = stand(true);
    connect(PEER);
    give(PING);
    const effects = out.take();
    expect(hungUp(effects)).toEqual([1]);
    expect(events(effects, 'handshake-failed')).toMatchObject([{ code: 'wrong-state' }]);
  });

  it('does not wait for the rest of a large one on a link that is not open yet', () => {
    const { out, connections, connect } = stand(true);
    connect(PEER);
    connections.onMessageBegun(1, MessageType.peerReconcile, 0);
    expect(hungUp(out.take())).toEqual([1]);
  });
});

describe('a node that does not speak the extension', () => {
  it('sends its 507 as existing nodes do', () => {
    const { out, connect } = stand(false);
    connect(PEER);
    expect(sentOn(out.take(), 1)).toEqual([{ kind: 'peer-info', port: 6001 }]);
  });

  it('ignores the bit of its peers', () => {
    const { opened, connect, give } = stand(false);
    connect(PEER);
    give({ kind: 'peer-validation', isExtended: true, valid: true });
    expect(opened.map((link) => link.isExtended)).toEqual([false]);
  });

  it('closes an open link on a message from 520 on', () => {
    const { out, connect, give } = stand(false);
    connect(PEER);
    give({ kind: 'peer-validation', valid: true });
    out.take();
    expect(give(PING)).toBeUndefined();
    expect(events(out.take(), 'link-lost')).toMatchObject([{ code: 'wrong-state' }]);
  });

  it('does not wait for the rest of a large one on an open link', () => {
    const { out, connections, connect, give } = stand(false);
    connect(PEER);
    give({ kind: 'peer-validation', valid: true });
    out.take();
    connections.onMessageBegun(1, MessageType.peerHave, 0);
    expect(hungUp(out.take())).toEqual([1]);
  });
});
