/**
 * The keys of the section `[gossip.limits]`: what strangers, peers and programs may take of this node, once. Reading
 * files, options of programs, `hearsay config show` and the table in docs/configuration.md are all made from, or
 * checked against, this table. Unset, each is what docs/protocol.md, section 10, says.
 */
import { CONNECTIONS_MAX, type KeySpec } from './key-table.ts';
import { wholeNumber } from './readers.ts';

export type LimitSpec = Omit<KeySpec<number>, 'placeholder'> & {
  readonly unit: string;
  /** Another default, which depends on `transport` or the key. */
  readonly otherwise?: string;
};

/** A guess, as are the other upper bounds: they catch typing errors. */
const TIME_MAX = 3_600;
const KIB = 1024;
const GIB = 1024 * 1024 * KIB;

function links(meaning: string, defaultText: string, otherwise?: string): LimitSpec {
  const reader = wholeNumber(1, CONNECTIONS_MAX);
  return { meaning, unit: 'links', defaultText, reader, ...(otherwise && { otherwise }) };
}

function handshakes(meaning: string, defaultText: string, otherwise?: string): LimitSpec {
  return { ...links(meaning, defaultText, otherwise), unit: 'handshakes' };
}

/** Whole seconds: most are counted in ticks of the housekeeping timer, which are that long. */
function time(meaning: string, defaultText: string, otherwise?: string): LimitSpec {
  const reader = wholeNumber(1, TIME_MAX);
  return { meaning, unit: 'seconds', defaultText, reader, ...(otherwise && { otherwise }) };
}

function count(meaning: string, unit: string, defaultText: string, max: number): LimitSpec {
  return { meaning, unit, defaultText, reader: wholeNumber(1, max) };
}

function bytes(meaning: string, defaultText: string): LimitSpec {
  return { meaning, unit: 'bytes', defaultText, reader: wholeNumber(256 * KIB, GIB) };
}

/** The keys in the order in which they are documented. */
export const LIMIT_KEYS = {
  pending_handshakes: handshakes('inbound connections whose TLS handshake is not complete', '64'),
  pending_handshakes_per_host: handshakes('of these those of one host; not for loopback', '4'),
  pending_handshakes_per_range: handshakes('the same of one range (/24, IPv6 /48)', '8'),
  handshakes_per_second: handshakes(
    'TLS handshakes that are begun for others in one second',
    '50',
    '12 with an RSA key',
  ),
  handshakes_per_second_per_host: handshakes('of these those of one host; not for loopback', '5'),
  handshake_timeout: time('a TLS handshake is to be complete after this', '5'),
  pending_links: links('links that are not open yet, in both directions', '256'),
  pending_inbound: links('of these those that others have dialled', '64', '224 in plain'),
  pending_per_host: links('of these those of one host; not for loopback', '4'),
  pending_per_range: links('the same of one range, once half of pending_inbound wait', '8'),
  info_timeout: time('the 507 is to come within this', '5'),
  challenge_timeout: time('a challenge is to be answered within this', '60', '300 in plain'),
  answer_timeout: time('a peer that was dialled is to make its next move', '60', '330 in plain'),
  links_per_host: links(
    'inbound links of one host, once half of max_connections are open; not for loopback',
    '2',
  ),
  links_per_range: links('the same of one range', '4'),
  admissions_per_second: links(
    'inbound links that open per second in the long run; not for loopback',
    '10',
  ),
  admissions_burst: links('how many of them at once after a pause', '32'),
  admissions_per_second_per_range: links('those of one range per second in the long run', '2'),
  admissions_burst_per_range: links('how many of them at once after a pause', '8'),
  silence_timeout: time('a peer that speaks the extension and is silent this long is gone', '150'),
  frame_timeout: time('a message that has begun is to be complete after this', '10'),
  queue_timeout: time('a full queue from which nothing is taken for so long ends its link', '30'),
  link_queue_bytes: bytes('what waits to be sent to one peer', '4194304'),
  client_queue_bytes: bytes('what waits to be sent to one local program', '8388608'),
  reads_per_turn: count('reads of 64 KiB from one connection before others', 'reads', '4', 32),
  waiting_messages: count('messages that wait for verdicts', 'messages', '65536', 1_000_000),
  waiting_bytes: bytes('their data', '67108864'),
  seen_messages: count('messages remembered as seen', 'messages', '1000000', 1_048_576),
  clients: count('local programs that are connected', 'programs', '1024', CONNECTIONS_MAX),
  addresses: count('addresses of peers that are remembered', 'addresses', '4096', 65_536),
  addresses_per_offer: count('addresses used of one offer', 'addresses', '64', 4_096),
  addresses_per_minute: count(
    'addresses used of the offers of one peer in the long run; not for loopback',
    'addresses',
    '6',
    4_096,
  ),
  ports_per_host: count(
    'ports of one host that are remembered from offers; not for loopback',
    'ports',
    '2',
    65_535,
  ),
  offer_pause: time('between two offers to one peer; not for loopback', '30'),
  dials: count('dials that are not answered yet', 'dials', '16', CONNECTIONS_MAX),
  dial_timeout: time('a dial is to be answered after this', '10'),
  dial_pause: time('between two dials to one host that only offers name; not for loopback', '60'),
  retry_pause: time('the longest pause after dials that failed', '60'),
  bans: count('bans at a time; the one that ends first makes room', 'bans', '1024', 10_000),
  log_lines: count('log lines per second; warnings and errors apart', 'lines', '100', 100_000),
} as const satisfies Readonly<Record<string, LimitSpec>>;

export type LimitName = keyof typeof LIMIT_KEYS;

/** What was set, in the units of the table. */
export type Limits = Readonly<Partial<Record<LimitName, number>>>;

// Proof of the cast: the object is ours, constant, and has no keys but those of its type.
export const LIMIT_NAMES = Object.keys(LIMIT_KEYS) as readonly LimitName[];

export function isLimit(name: string): name is LimitName {
  return Object.hasOwn(LIMIT_KEYS, name);
}
