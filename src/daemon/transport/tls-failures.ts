/**
 * What went wrong in a handshake, in words that an operator can act on: most often two nodes are set differently.
 */
import type { Counterpart, Refusal } from './peer-check.ts';

/** The record in which a TLS handshake begins (RFC 8446, 5.1): type 22, and the major version. */
const HANDSHAKE_RECORD = [0x16, 0x03] as const;

/** A fatal alert `protocol_version` in a record of its own: all that a side that does not speak TLS is told. */
export const PROTOCOL_VERSION_ALERT: Uint8Array = Buffer.from('15030300020246', 'hex');

/** What is wrong with the first bytes of a connection to a TLS port; undefined if they can be TLS. */
export function judgeFirstBytes(bytes: Uint8Array): Refusal | undefined {
  if (HANDSHAKE_RECORD.every((byte, at) => at >= bytes.length || bytes[at] === byte)) {
    return undefined;
  }
  const reason = isPeerMessage(bytes)
    ? 'a peer message without TLS: the peer is set to transport = plain, this node to tls'
    : 'the first bytes are not TLS';
  return { code: 'mode-mismatch', reason };
}

export interface FailureSetting {
  readonly direction: Counterpart['direction'];
  readonly network: string;
  /** Whether anything came from the other side. */
  readonly hasAnswered: boolean;
}

/** Makes a refusal of an error of Node's TLS. */
export function explainFailure(
  error: Error & { readonly code?: string; readonly reason?: string },
  { direction, network, hasAnswered }: FailureSetting,
): Refusal {
  const code = error.code ?? '';
  if (code.includes('NO_APPLICATION_PROTOCOL')) {
    const reason = `the peer is of another network; this node is of "${network}"`;
    return { code: 'network-mismatch', reason };
  }
  if (direction === 'outbound' && (!hasAnswered || NO_TLS.has(code))) {
    const reason =
      'the peer does not answer in TLS: it is probably set to transport = plain, this node to tls; ' +
      'or it takes nobody for now';
    return { code: 'mode-mismatch', reason };
  }
  return { code: 'tls-failed', reason: error.reason ?? (code === '' ? error.message : code) };
}

/** Codes of OpenSSL for an answer that is not TLS. */
const NO_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** 504 to 510. */
function isPeerMessage(bytes: Uint8Array): boolean {
  return bytes[2] === 0x01 && bytes[3]! >= 0xf8 && bytes[3]! <= 0xfe;
}
