/**
 * What both sides of a handshake share: the door they stand at, and the words for a message that does not
 * belong where it came. The moves are in initiator.ts and receiver.ts.
 */
import { MessageType } from '../../wire/message-types.ts';
import type { PeerMessage } from '../../wire/peer-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { HangUpCode } from '../events.ts';
import type { Instant, ProofOfWork, Settings } from '../settings.ts';
import type { Link, LinkState } from './link.ts';

/** How a link gets in, and how it is sent away. */
export interface Door {
  /** Opens the link, making room if need be; ends it if there is none. */
  establish(link: Link, now: Instant): void;
  /** Whether the link could open now. */
  hasRoomFor(link: Link, now: Instant): boolean;
  /** Closes a link for a reason of ours. */
  hangUp(link: Link, code: HangUpCode, reason: string, now: Instant): void;
  /** Closes a link for what its peer did. */
  violate(link: Link, wrong: Violation, now: Instant): void;
}

/** The messages that belong on open links; they are the only ones that can be large. */
const FOR_OPEN_LINKS: ReadonlyMap<MessageType, PeerMessage['kind']> = new Map([
  [MessageType.peerAnnounce, 'peer-announce'],
  [MessageType.peerDiscovery, 'peer-discovery'],
  [MessageType.peerOffer, 'peer-offer'],
]);

/** The same, between two nodes of which each has said that it understands them. */
const FOR_EXTENDED_LINKS: ReadonlyMap<MessageType, PeerMessage['kind']> = new Map([
  [MessageType.peerHello, 'peer-hello'],
  [MessageType.peerInterest, 'peer-interest'],
  [MessageType.peerHave, 'peer-have'],
  [MessageType.peerWant, 'peer-want'],
  [MessageType.peerDontWant, 'peer-dont-want'],
  [MessageType.peerGone, 'peer-gone'],
  [MessageType.peerPush, 'peer-push'],
  [MessageType.peerReconcile, 'peer-reconcile'],
  [MessageType.peerPing, 'peer-ping'],
  [MessageType.peerPong, 'peer-pong'],
]);

const KINDS_FOR_OPEN_LINKS: ReadonlySet<PeerMessage['kind']> = new Set(FOR_OPEN_LINKS.values());
const KINDS_FOR_EXTENDED_LINKS: ReadonlySet<PeerMessage['kind']> = new Set(
  FOR_EXTENDED_LINKS.values(),
);

/** What a message of this type is, if it belongs on an open link at most. */
export function kindForOpenLinks(type: MessageType): PeerMessage['kind'] | undefined {
  return FOR_OPEN_LINKS.get(type) ?? FOR_EXTENDED_LINKS.get(type);
}

/** Whether a message belongs on an open link of a node that speaks the extension, or does not. */
export function isForOpenLinks(kind: PeerMessage['kind'], isExtended: boolean): boolean {
  // Nearly always so.
  if (kind === 'peer-announce') return true;
  return KINDS_FOR_OPEN_LINKS.has(kind) || (isExtended && KINDS_FOR_EXTENDED_LINKS.has(kind));
}

const NAMES: Readonly<Record<PeerMessage['kind'], string>> = {
  'peer-announce': 'PEER ANNOUNCE (504)',
  'peer-discovery': 'PEER DISCOVERY (505)',
  'peer-offer': 'PEER OFFER (506)',
  'peer-info': 'PEER INFO (507)',
  'peer-challenge': 'PEER CHALLENGE (508)',
  'peer-verification': 'PEER VERIFICATION (509)',
  'peer-validation': 'PEER VALIDATION (510)',
  'peer-hello': 'PEER HELLO (520)',
  'peer-interest': 'PEER INTEREST (521)',
  'peer-have': 'PEER HAVE (522)',
  'peer-want': 'PEER WANT (523)',
  'peer-dont-want': 'PEER DONT WANT (524)',
  'peer-gone': 'PEER GONE (525)',
  'peer-push': 'PEER PUSH (526)',
  'peer-reconcile': 'PEER RECONCILE (527)',
  'peer-ping': 'PEER PING (528)',
  'peer-pong': 'PEER PONG (529)',
};

const EXPECTED: Readonly<Record<LinkState, string>> = {
  'awaiting-info': 'PEER INFO (507) comes first',
  'awaiting-turn': 'nothing is due until the PEER CHALLENGE (508)',
  'awaiting-proof': 'PEER VERIFICATION (509) is due',
  'awaiting-admission': 'nothing is due until the PEER VALIDATION (510)',
  'awaiting-answer': 'PEER CHALLENGE (508) or PEER VALIDATION (510) is due',
  solving: 'PEER CHALLENGE (508) or PEER VALIDATION (510) is due',
  open: 'the link is open and 504 to 506 are due',
};

/** What a 507 or 510 of this node carries besides: that it understands the messages from 520 on, if so. */
export function capability(settings: Settings): { readonly isExtended?: true } {
  return settings.extension ? { isExtended: true } : {};
}

/** A message that does not belong where it came; says which setting of the other side would explain it. */
export function outOfPlace(
  link: Link,
  { kind }: Pick<PeerMessage, 'kind'>,
  setting: ProofOfWork,
): Violation {
  const hint = likelySetting(link, kind, setting);
  const reason = `${NAMES[kind]} on an ${link.direction} link, but ${EXPECTED[link.state]}`;
  return violation('wrong-state', hint === undefined ? reason : `${reason}; ${hint}`);
}

function likelySetting(
  link: Link,
  kind: PeerMessage['kind'],
  setting: ProofOfWork,
): string | undefined {
  const isProof =
    kind === 'peer-challenge' || kind === 'peer-verification' || kind === 'peer-validation';
  const isEarly =
    !link.isOpen &&
    (kind === 'peer-discovery' || kind === 'peer-announce' || kind === 'peer-hello');
  let other: string | undefined;
  if (setting === 'discovery' && isProof) other = '"connection" or "none"';
  if (setting !== 'discovery' && isEarly && link.state !== 'awaiting-info') other = '"discovery"';
  if (other === undefined) return undefined;
  return `the peer is probably set to proof_of_work = ${other}, this node to "${setting}"`;
}
