/**
 * A small network that is all ours: hosts are network namespaces of Linux, joined by a bridge in one more. It
 * leads nowhere else, not even to the machine it is on.
 *
 * A host has an address in 172.16.0.0/12 and a /24 for itself. A *crowd* is a host that answers to a whole range
 * besides, so that one process can speak from any number of addresses.
 */
import { spawnSync } from 'node:child_process';

/** Names are long-lived in the kernel: the process id keeps two laboratories apart. */
const PREFIX = `hearsay-${process.pid}`;
/** Hosts in one /16, and how many of those there are. */
const SITES = 15;

/** Why there can be no such network here, in one sentence; undefined if there can. */
export function whyNot() {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid() !== 0) return 'network namespaces need root';
  for (const [program, packages] of [
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
  ]) {
    if (spawnSync(program, ['-V']).error !== undefined) {
      return `the program ${program} is missing (package ${packages})`;
    }
  }
  const name = `${PREFIX}-probe`;
  const { status, stderr } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (status !== 0) return `network namespaces are not allowed here: ${stderr.trim()}`;
  run('ip', 'netns', 'del', name);
  return undefined;
}

export class Network {
  #hosts = [];
  #switch = `${PREFIX}-switch`;

  constructor() {
    run('ip', 'netns', 'add', this.#switch);
    ip(this.#switch, 'link', 'add', 'bridge', 'type', 'bridge');
    ip(this.#switch, 'link', 'set', 'bridge', 'up');
  }

  /** A new host; its first range, if it has any, is that of a crowd: `10.0.0.0/8`. */
  addHost(range) {
    const number = this.#hosts.length;
    const host = new Host(`${PREFIX}-${number}`, addressOf(number), range);
    run('ip', 'netns', 'add', host.name);
    const port = `port${number}`;
    const pair = ['eth0', 'netns', host.name, 'type', 'veth', 'peer', 'name', port];
    run('ip', 'link', 'add', ...pair, 'netns', this.#switch);
    ip(this.#switch, 'link', 'set', port, 'master', 'bridge', 'up');
    ip(host.name, 'link', 'set', 'lo', 'up');
    ip(host.name, 'addr', 'add', `${host.address}/12`, 'dev', 'eth0');
    ip(host.name, 'link', 'set', 'eth0', 'up');
    // All of the range are addresses of this host, and everybody reaches them through it.
    if (range !== undefined) ip(host.name, 'route', 'add', 'local', range, 'dev', 'lo');
    for (const other of this.#hosts) {
      if (range !== undefined) ip(other.name, 'route', 'add', range, 'via', host.address);
      if (other.range !== undefined)
        ip(host.name, 'route', 'add', other.range, 'via', other.address);
    }
    this.#hosts.push(host);
    return host;
  }

  /** Leaves nothing behind; the processes in it must be gone. */
  close() {
    for (const { name } of this.#hosts) run('ip', 'netns', 'del', name);
    run('ip', 'netns', 'del', this.#switch);
  }
}

class Host {
  constructor(name, address, range) {
    this.name = name;
    this.address = address;
    this.range = range;
  }

  /** The words that start a program on this host. */
  command(...words) {
    return ['ip', 'netns', 'exec', this.name, ...words];
  }

  /** So many of a hundred packets that come are lost. */
  losePackets(percent) {
    this.#filter('input', `numgen random mod 100 < ${percent} drop`);
  }

  /** Nothing gets through from or to these hosts any more; with `isLoud` connections are told so (RST). */
  cutOff(hosts, isLoud) {
    const set = `{ ${hosts.map(({ address }) => address).join(', ')} }`;
    // What is sent is refused, so that our own end hears of it; what comes is dropped.
    if (isLoud) this.#filter('output', `ip daddr ${set} ip protocol tcp reject with tcp reset`);
    else this.#filter('input', `ip saddr ${set} drop`);
  }

  /** Everything gets through again. */
  heal() {
    run(...this.command('nft', 'flush', 'ruleset'));
  }

  #filter(hook, rule) {
    const chain = `add chain inet lab ${hook} { type filter hook ${hook} priority 0; }`;
    const commands = ['add table inet lab', chain, `add rule inet lab ${hook} ${rule}`];
    run(...this.command('nft', commands.join('\n')));
  }
}

function addressOf(number) {
  return `172.${16 + (number % SITES)}.${Math.floor(number / SITES)}.1`;
}

function ip(namespace, ...words) {
  run('ip', '-n', namespace, ...words);
}

function run(program, ...words) {
  const { status, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
