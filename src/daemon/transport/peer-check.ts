/**
 * What must hold of a TLS connection before one byte of the application is read from it, the same at both ends.
 * Nothing is left to what TLS or Node call "authorized": a client without a certificate, one without ALPN and a
 * resumed session all count as success there.
 */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { readU64, type U64 } from '../../basics/integers.ts';
import type { Secured } from '../../core/inputs.ts';
import type { PeerIdentity } from '../../core/settings.ts';
import type { Address } from '../../wire/address.ts';

/** How a connection came to nothing before it was a link. Listed in docs/errors.md. */
export const CHANNEL_CODES = [
  'mode-mismatch',
  'network-mismatch',
  'tls-failed',
  'tls-timeout',
  'no-certificate',
  'bad-certificate',
  'pin-mismatch',
  'not-allowed',
  'handshake-limit',
] as const;

export type ChannelCode = (typeof CHANNEL_CODES)[number];

export interface Refusal {
  readonly code: ChannelCode;
  /** One sentence for the log. */
  readonly reason: string;
}

/** Whom a channel was made with, or would have been. */
export interface Counterpart {
  readonly direction: 'inbound' | 'outbound';
  /** The remote end; of a dial the address dialled. */
  readonly remote: Address;
}

/** Reads a certificate: the identity it stands for, or why it stands for none. */
export type CertificateReader = (
  certificate: X509Certificate,
) =>
  | { readonly kind: 'identity'; readonly identity: PeerIdentity }
  | { readonly kind: 'unusable'; readonly reason: string };

/** docs/protocol.md, section 16.4. */
export const CHALLENGE_LABEL = 'EXPORTER-hearsay-challenge';
const CHALLENGE_ROUNDS = 16;
const EXPORTED_BYTES = 32;

/** The application protocol (ALPN) of an overlay. */
export function protocolOf(network: string): string {
  return `hearsay/1/${network}`;
}

/** Who is at the other end of a channel that stands, or why it is not taken. */
export function checkPeer(
  socket: TLSSocket,
  network: string,
  read: CertificateReader,
): PeerIdentity | Refusal {
  if (socket.getProtocol() !== 'TLSv1.3') {
    return { code: 'tls-failed', reason: 'the channel is not of TLS 1.3' };
  }
  if (socket.isSessionReused()) {
    return { code: 'tls-failed', reason: 'the channel resumes an earlier one' };
  }
  if (socket.alpnProtocol !== protocolOf(network)) {
    const reason = `the peer names no network; this node is of "${network}"`;
    return { code: 'network-mismatch', reason };
  }
  return checkCertificate(socket, read);
}

function checkCertificate(socket: TLSSocket, read: CertificateReader): PeerIdentity | Refusal {
  let certificate: X509Certificate | undefined;
  try {
    certificate = socket.getPeerX509Certificate();
  } catch {
    return { code: 'bad-certificate', reason: 'the certificate of the peer cannot be read' };
  }
  if (certificate === undefined) {
    const reason = 'the peer has shown no certificate, or none with a key that is allowed';
    return { code: 'no-certificate', reason };
  }
  const found = read(certificate);
  return found.kind === 'identity'
    ? found.identity
    : { code: 'bad-certificate', reason: found.reason };
}

/** What the core is told of a channel. */
export function securedBy(socket: TLSSocket, identity: PeerIdentity): Secured {
  const challenges = Array.from({ length: CHALLENGE_ROUNDS }, (_, round) =>
    exportChallenge(socket, round),
  );
  return { identity, challenges };
}

function exportChallenge(socket: TLSSocket, round: number): U64 {
  const context = Buffer.of(round);
  return readU64(socket.exportKeyingMaterial(EXPORTED_BYTES, CHALLENGE_LABEL, context), 0);
}
