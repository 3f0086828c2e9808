/** Nodes of TLS in tests, and strangers that speak TLS with them in either direction and say what they like on it. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import {
  connect as connectTls,
  createServer as createTlsServer,
  type ConnectionOptions,
  type TLSSocket,
} from 'node:tls';
import { onTestFinished } from 'vitest';
import { readU64, u64, type U64 } from '../../src/basics/integers.ts';
import { selfSignedCertificate } from '../../src/daemon/identity/certificate.ts';
import { identityOf } from '../../src/daemon/identity/keys.ts';
import { cryptoProofs } from '../../src/daemon/proof-of-work/crypto-proofs.ts';
import type { Address } from '../../src/wire/address.ts';
import {
  RawPeer,
  startNode as start,
  until,
  type TestNode,
  type TestNodeOptions,
} from './support.ts';

/** As that of support.ts, over TLS. */
export function startNode({ config, ...options }: TestNodeOptions = {}): Promise<TestNode> {
  return start({ ...options, config: { transport: 'tls', ...config } });
}

export function openLinks({ daemon }: TestNode): number {
  return daemon.snapshot().core.sizes.openLinks.size;
}

/** Why connections came to nothing before they were links. */
export function codes({ lines }: TestNode): unknown[] {
  return lines.filter(({ msg }) => /not secured/.test(String(msg))).map(({ code }) => code);
}

/** Why links ended, open or not. */
export function endings({ events }: TestNode): string[] {
  return events.flatMap((event) =>
    event.kind === 'link-lost' || event.kind === 'handshake-failed' ? [event.code] : [],
  );
}

export interface Stranger {
  readonly identity: string;
  readonly options: ConnectionOptions;
}

export function strangerWith(key: KeyObject): Stranger {
  const options: ConnectionOptions = {
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: selfSignedCertificate(key),
    ALPNProtocols: ['hearsay/1/main'],
    rejectUnauthorized: false,
  };
  return { identity: identityOf(createPublicKey(key)), options };
}

export function stranger(): Stranger {
  return strangerWith(generateKeyPairSync('ed25519').privateKey);
}

/** A TLS connection to a node; resolves when it stands for us or is over. */
export async function dialTls(
  { daemon }: { readonly daemon: { readonly p2pAddress: Address } },
  options: ConnectionOptions,
): Promise<TLSSocket> {
  const { host, port } = daemon.p2pAddress;
  const socket = connectTls({ host, port, ...options });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await new Promise<void>((resolve) =>
    socket.once('secureConnect', () => resolve()).once('close', () => resolve()),
  );
  return socket;
}

/** A TCP connection to a node. */
export function dialRaw({ daemon }: TestNode): Socket {
  const { host, port } = daemon.p2pAddress;
  const socket = connect({ host, port });
  onTestFinished(() => void socket.destroy());
  return socket.on('error', () => {});
}

/** A way to a node by another address: passes bytes on in both directions. */
export async function relayTo({
  daemon,
}: TestNode): Promise<{ address: Address; taken: Socket[] }> {
  const taken: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(daemon.p2pAddress);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
    onTestFinished(() => void near.destroy());
    taken.push(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: { host: '127.0.0.1', port: address.port }, taken };
}

/** Resolves when nothing more comes. */
export async function ended(socket: Socket): Promise<void> {
  socket.resume();
  if (socket.destroyed || socket.readableEnded) return;
  await new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()));
}

/** A peer over TLS: what it says and hears, and the channel under it. */
export class TlsPeer extends RawPeer {
  readonly channel: TLSSocket;

  constructor(socket: TLSSocket) {
    super(socket);
    this.channel = socket;
  }

  /** Dials a node. */
  static async dial(node: TestNode, who = stranger()): Promise<TlsPeer> {
    return new TlsPeer(await dialTls(node, who.options));
  }

  /** The same, and introduces itself; resolves when the link is open. Without proof of work. */
  static async linkTo(node: TestNode, port = 0, who = stranger()): Promise<TlsPeer> {
    const peer = await TlsPeer.dial(node, who);
    peer.say({ kind: 'peer-info', port });
    await peer.hears('peer-validation');
    return peer;
  }

  /** The challenge of a round on this channel, as docs/protocol.md has it. */
  challenge(round = 0): U64 {
    const bytes = this.channel.exportKeyingMaterial(
      32,
      'EXPORTER-hearsay-challenge',
      Buffer.of(round),
    );
    return readU64(bytes, 0);
  }

  /** Resolves with the first message of a kind, or the one after so many others of it. */
  async hears<Kind extends RawPeer['messages'][number]['kind']>(
    kind: Kind,
    skipped = 0,
  ): Promise<Extract<RawPeer['messages'][number], { kind: Kind }>> {
    const found = (): RawPeer['messages'] =>
      this.messages.filter((message) => message.kind === kind);
    await until(() => found().length > skipped);
    // Proof of the cast: the filter lets no other kind through.
    return found()[skipped] as Extract<RawPeer['messages'][number], { kind: Kind }>;
  }

  /** Resolves when the other side has nothing more to say. */
  async gone(): Promise<void> {
    await ended(this.channel);
  }
}

/** The first nonce from `from` on with exactly `bits` leading zero bits, or at least so many. */
export function nonceFor(challenge: U64, bits: number, { exactly = false } = {}): U64 {
  for (let low = 0; ; low++) {
    const nonce = u64(0, low);
    if (!cryptoProofs.checkNonce(challenge, nonce, bits)) continue;
    if (!exactly || !cryptoProofs.checkNonce(challenge, nonce, bits + 1)) return nonce;
  }
}

/** A stranger that nodes can dial; it says nothing by itself. */
export async function listenTls(
  who = stranger(),
): Promise<{ address: Address; peers: TlsPeer[]; identity: string }> {
  const { key, cert } = who.options;
  const peers: TlsPeer[] = [];
  const server = createTlsServer(
    {
      key,
      cert,
      ALPNProtocols: ['hearsay/1/main'],
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: false,
    },
    (socket) => peers.push(new TlsPeer(socket.on('error', () => {}))),
  );
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: { host: '127.0.0.1', port: address.port }, peers, identity: who.identity };
}
