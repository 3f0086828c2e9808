/**
 * What must hold of a TLS connection before one byte of the application is read from it, the same at both ends.
 * Nothing is left to what TLS or Node call "authorized": a client without a certificate, one without ALPN and a
 * resumed session all count as success there.
 */
import { X509Certificate } from 'node:crypto';
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
  // Not `getPeerX509Certificate()`: it never frees what stands behind the first certificate, up to 100 KiB each time.
  const shown = socket.getPeerCertificate(true);
  // An empty object if there is none, null if the connection is gone.
  if (shown?.raw === undefined) {
    const reason = 'the peer has shown no certificate, or none with a key that is allowed';
    return { code: 'no-certificate', reason };
  }
  // One that is signed by its own key is its own issuer here.
  const { raw, issuerCertificate: issuer } = shown;
  if (issuer !== undefined && issuer !== shown) {
    const reason = 'there is more than one certificate; a single one is right';
    return { code: 'bad-certificate', reason };
  }
  return identify(raw, read);
}

function identify(raw: Buffer, read: CertificateReader): PeerIdentity | Refusal {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(raw);
  } catch {
    return { code: 'bad-certificate', reason: 'the certificate of the peer cannot be read' };
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
