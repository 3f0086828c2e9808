/**
 * What each event looks like in the log, and who must act on it: `warn` the operator soon, `info` rare,
 * `debug` developers. What strangers can cause at will is `debug`, except that a peer breaks the protocol:
 * one line says so at `info`, because it also shows that two nodes are set differently.
 *
 * Text from strangers goes through {@link printable} here, and only here.
 */
import { unreachable } from '../../basics/assert.ts';
import type { NodeEvent } from '../../core/events.ts';
import type { PeerIdentity } from '../../core/settings.ts';
import { formatAddress, type Address } from '../../wire/address.ts';
import { isViolation } from '../../wire/violation.ts';
import { shortIdentity } from '../short-identity.ts';
import { printable } from './printable.ts';

export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Line {
  readonly level: LineLevel;
  readonly fields: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
}

type LinkEnd = Extract<NodeEvent, { kind: 'link-lost' | 'handshake-failed' }>;
type ClientEvent = Extract<
  NodeEvent,
  {
    kind:
      | 'subscriber-silent'
      | 'subscriber-answers'
      | 'verdict-ignored'
      | 'notification-dropped'
      | 'client-refused';
  }
>;

export function lineOf(event: NodeEvent): Line {
  switch (event.kind) {
    case 'link-established': {
      const { link, direction, openLinks, identity } = event;
      const fields = { link, direction, peer: peerName(event.peer), identity, openLinks };
      return { level: 'debug', fields, message: withPeer('link open', identity) };
    }
    case 'link-lost':
    case 'handshake-failed':
      return linkEnd(event);
    case 'dial-failed': {
      const fields = { peer: peerName(event.address), reason: printable(event.reason) };
      return { level: 'debug', fields, message: 'dial failed' };
    }
    case 'name-unresolved': {
      const { host, port } = event;
      const message = 'the name of a peer is unknown for now; it will be looked up again';
      return { level: 'warn', fields: { host: printable(host), port }, message };
    }
    case 'isolated':
      return {
        level: 'warn',
        fields: {},
        message: 'no link to any peer: what is announced stays here; the search goes on',
      };
    case 'connected':
      return { level: 'info', fields: {}, message: 'there are links to peers again' };
    case 'only-source': {
      const message =
        'all peers that this node has dialled are known through one peer only; if it lies they may all be its own: name further known_peers';
      const { source, peers } = event;
      return { level: 'warn', fields: { source: printable(source), peers }, message };
    }
    case 'claim-ignored': {
      const { link, address, identity } = event;
      const message =
        'a peer says that it listens at a pinned address, with another key: it is not believed';
      const fields = { link, peer: peerName(address), identity };
      return { level: 'warn', fields, message: withPeer(message, identity) };
    }
    case 'message-stopped': {
      const { dataType, why } = event;
      return { level: 'debug', fields: { dataType, why }, message: 'a message ends here' };
    }
    case 'rate-exceeded': {
      const { link, dataType } = event;
      const message =
        'a peer brings more of a data type than its rate_limit: a message was dropped';
      return { level: 'debug', fields: { link, dataType }, message };
    }
    case 'announcement-spread': {
      const { sent, named, links } = event;
      return { level: 'debug', fields: { sent, named, links }, message: 'announced' };
    }
    case 'extension-silent':
      return {
        level: 'info',
        fields: { link: event.link },
        message:
          'a peer says that it speaks the extension but does not: treated as an existing node',
      };
    case 'peer-behind':
      return {
        level: 'debug',
        fields: { link: event.link },
        message: 'a peer takes less than there is to send: it is only told what there is',
      };
    case 'peer-banned':
      return banLine(event);
    default:
      return clientLine(event);
  }
}

/** An operator's own word is no news; a stranger can have himself banned at will. */
function banLine(event: Extract<NodeEvent, { kind: 'peer-banned' }>): Line {
  const { whom, reason, isOrdered } = event;
  const identity = 'identity' in whom ? whom.identity : undefined;
  const host = 'host' in whom ? printable(whom.host) : undefined;
  const seconds = Math.round(event.forMillis / 1000);
  return {
    level: isOrdered ? 'info' : 'debug',
    fields: { host, identity, seconds, reason: printable(reason) },
    message: withPeer('a peer may have no link for a while', identity),
  };
}

function linkEnd(event: LinkEnd): Line {
  const { link, code } = event;
  const wasOpen = event.kind === 'link-lost';
  return {
    level: linkEndLevel(event),
    fields: {
      link,
      ...(wasOpen ? { openLinks: event.openLinks } : { direction: event.direction }),
      peer: peerName(event.peer),
      identity: event.identity,
      code,
      reason: printable(event.reason),
    },
    message: withPeer(wasOpen ? 'link lost' : 'no link: the handshake failed', event.identity),
  };
}

/** Ends of our own dials that say something about this node's configuration or the peer's. */
const TELLING_CODES: ReadonlySet<string> = new Set([
  'refused-by-peer',
  'handshake-timeout',
  'proof-given-up',
  'self',
]);

function linkEndLevel(event: LinkEnd): LineLevel {
  if (isViolation(event.code)) return 'info';
  const isOwnDial = event.kind === 'handshake-failed' && event.direction === 'outbound';
  return isOwnDial && TELLING_CODES.has(event.code) ? 'info' : 'debug';
}

function clientLine(event: ClientEvent): Line {
  const { client } = event;
  switch (event.kind) {
    case 'subscriber-silent': {
      const { dataType } = event;
      const message = 'a client left three notifications unanswered; it is not waited for any more';
      return { level: 'warn', fields: { client, dataType }, message };
    }
    case 'subscriber-answers':
      return { level: 'info', fields: { client }, message: 'the client answers again' };
    case 'verdict-ignored': {
      const { messageId } = event;
      const message = 'a verdict on a message that the client was not asked about, or no longer';
      return { level: 'debug', fields: { client, messageId }, message };
    }
    case 'notification-dropped': {
      const { dataType, why } = event;
      const message = 'a client was not told of a message';
      return { level: 'debug', fields: { client, dataType, why }, message };
    }
    case 'client-refused': {
      const { clientsMax } = event;
      const message = 'too many clients are connected: one was refused';
      return { level: 'warn', fields: { client, clientsMax }, message };
    }
    default:
      return unreachable(event);
  }
}

/** People see the short form of an identity; programs find the whole of it in the fields. */
function withPeer(message: string, identity: PeerIdentity | undefined): string {
  return identity === undefined ? message : `${message}, peer ${shortIdentity(identity)}`;
}

function peerName(peer: Address): string {
  return printable(formatAddress(peer));
}
