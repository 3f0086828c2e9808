/**
 * Connections that say nothing, each from an address and a /24 of its own, and where one is sent away another comes:
 * ten thousand before TLS; or fewer behind a TLS handshake, as many a second as a node lets begin. Five honest nodes
 * join meanwhile, one after the other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { joinMillis, NodeProcess, Part, PORT, until } from '../processes.mjs';
import { spread } from '../figures.mjs';

const BEFORE_TLS = { sockets: 10_000, rate: 1_000, warmUp: 6_000 };
/** A node begins 50 handshakes a second: of more it would see nothing. */
const BEHIND_TLS = { sockets: 1_500, rate: 45, warmUp: 1_000 };
const NEWCOMERS = 5;
/** Connections that are no links yet, before TLS and behind it; and one that has been accepted this moment. */
const PENDING_MAX = 64;
const GROWTH_MAX_KIB = 16 * 1_024;
const SAMPLE_MILLIS = 50;

export function silentCase(isSecure) {
  return async (network, report) => {
    const victim = await NodeProcess.start(network.addHost());
    const crowd = network.addHost('10.0.0.0/8');
    const first = await NodeProcess.start(network.addHost(), honest(victim));
    await until(() => joinMillis(first) !== undefined);
    await sleep(1_000);
    const watch = watchOver(victim);
    const attack = isSecure ? BEHIND_TLS : BEFORE_TLS;
    const target = { host: victim.host.address, port: PORT };
    const attacker = new Part(crowd, 'silent', { ...target, ...attack, isSecure });
    const began = { at: performance.now(), cpu: victim.cpuMillis };
    await attacker.figuresWhen(({ opened }) => opened >= attack.warmUp);
    watch.warm();
    const newcomers = [];
    for (let i = 0; i < NEWCOMERS; i++) {
      const node = await NodeProcess.start(network.addHost(), honest(victim));
      newcomers.push(node);
      await until(() => joinMillis(node) !== undefined || node.hasEnded);
    }
    const { addresses } = await attacker.figuresWhen(
      (all) => all.addresses >= attack.warmUp + attack.sockets,
    );
    const figures = await attacker.ask('figures');
    const cpu = (victim.cpuMillis - began.cpu) / (performance.now() - began.at);
    watch.stop();
    const pending = watch.sockets - watch.socketsBefore - NEWCOMERS;
    const grown = watch.rssKib - watch.rssKibBefore;
    const joined = newcomers.map(joinMillis);
    report.figure('connections made, from as many addresses', addresses);
    report.figure('stood, and were sent away', `${figures.opened}, ${figures.closed}`);
    report.figure('sockets of no link, at most', pending);
    const cold = watch.rssKibWarm - watch.rssKibBefore;
    report.figure(`resident memory grew in the first ${attack.warmUp} by`, mebibytes(cold));
    report.figure('… and with all that followed by', mebibytes(grown));
    report.figure('CPU of the node', `${(100 * cpu).toFixed(0)} % of a core`);
    report.figure('honest nodes joined within', spread(joined));
    const kinds = isSecure ? 2 : 1;
    const bound = kinds * PENDING_MAX + 1;
    report.promise(`pending connections take ${bound} sockets at most`, pending <= bound);
    report.promise('memory grows by 16 MiB at most', grown <= GROWTH_MAX_KIB);
    report.promise('every honest node joins', joined.length === NEWCOMERS);
    report.promise('no link that was there is lost', first.links.length > 0 && !first.hasEnded);
  };
}

/** Wants no other peer than this one. */
function honest({ address }) {
  const counts = { degree: 1, 'min-connections': 1 };
  return { 'known-peers': address, 'log-level': 'debug', ...counts };
}

/** The most that a process takes from now on. */
function watchOver(node) {
  const seen = { sockets: 0, rssKib: 0 };
  const look = () => {
    seen.sockets = Math.max(seen.sockets, node.sockets);
    seen.rssKib = Math.max(seen.rssKib, node.rssKib);
  };
  look();
  const before = { socketsBefore: seen.sockets, rssKibBefore: seen.rssKib };
  const timer = setInterval(look, SAMPLE_MILLIS);
  return Object.assign(seen, before, {
    warm: () => (seen.rssKibWarm = seen.rssKib),
    stop: () => clearInterval(timer),
  });
}

function mebibytes(kib) {
  return `${(kib / 1_024).toFixed(1)} MiB`;
}
