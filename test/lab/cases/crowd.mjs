/**
 * Ten thousand dials that do all the work and keep every link they get, from one address or from 256 ranges (/16),
 * while five honest nodes join. Before it the node has dialled four honest ones, and five others have dialled it.
 * A siege is the same for three minutes, and the five come in its last one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DIFFICULTY, joinMillis, NodeProcess, Part, PORT, until } from '../processes.mjs';
import { spread } from '../figures.mjs';

const DIALS = 10_000;
const SIEGE_DIALS = 45_000;
const PER_SECOND = 250;
const DIALLED = 4;
const DIALLING = 5;
const NEWCOMERS = 5;
/** After the last dial; a node that was sent away tries again after a minute at most. */
const LAST_TRIES_MILLIS = 10_000;

export function crowdCase({ isMany, isSiege = false }) {
  const dials = isSiege ? SIEGE_DIALS : DIALS;
  const newcomersAfter = isSiege ? (2 * dials) / 3 : dials / 10;
  return async (network, report) => {
    const friends = [];
    for (let i = 0; i < DIALLED; i++)
      friends.push(await NodeProcess.start(network.addHost(), lone()));
    const peers = friends.map(({ address }) => address);
    const settings = { 'known-peers': peers.join(','), 'log-level': 'debug' };
    const victim = await NodeProcess.start(network.addHost(), settings);
    await until(() => outbound(victim).length === DIALLED);
    const guests = await startAll(network, victim, DIALLING);
    await until(() => victim.links.length === DIALLED + DIALLING);
    const before = { outbound: outbound(victim).map(linkOf), inbound: inboundOf(victim, guests) };
    const target = { host: victim.host.address, port: PORT, difficulty: DIFFICULTY };
    const options = { ...target, dials, rate: PER_SECOND, isMany };
    const attacker = new Part(network.addHost('10.0.0.0/8'), 'crowd', options);
    const [began, used] = [performance.now(), victim.cpuMillis];
    await attacker.figuresWhen(({ dialled }) => dialled >= newcomersAfter);
    const newcomers = await startAll(network, victim, NEWCOMERS);
    const { opened } = await attacker.figuresWhen(({ isOver }) => isOver);
    const seconds = (performance.now() - began) / 1_000;
    const cpu = (victim.cpuMillis - used) / 1_000 / seconds;
    await sleep(LAST_TRIES_MILLIS);
    const joined = newcomers.map(joinMillis).filter((millis) => millis !== undefined);
    const kept = before.outbound.filter((link) => outbound(victim).some((l) => l.link === link));
    const stayed = before.inbound.filter((link) => victim.links.some((l) => l.link === link));
    report.figure('dials', `${dials} in ${seconds.toFixed(0)} s; ${opened} became links`);
    report.figure('CPU of the node', `${(100 * cpu).toFixed(0)} % of a core`);
    report.figure(
      'honest nodes that joined',
      `${joined.length} of ${NEWCOMERS}: ${spread(joined)}`,
    );
    const still = newcomers.filter(({ links }) => links.length > 0).length;
    report.figure('of these linked at the end', still);
    report.figure('links dialled by the node, kept', `${kept.length} of ${before.outbound.length}`);
    report.figure('honest links to it, kept', `${stayed.length} of ${before.inbound.length}`);
    report.figure('links at the end', victim.links.length);
    report.promise('no link that the node has dialled is lost', kept.length === DIALLED);
    report.promise('half of the honest inbound links stay', stayed.length * 2 >= DIALLING);
    if (isSiege) {
      report.promise('most honest nodes get in', joined.length > NEWCOMERS / 2);
    } else {
      report.promise('every honest node gets in', joined.length === NEWCOMERS);
    }
  };
}

/** Looks for nobody. */
function lone() {
  return { degree: 1, 'min-connections': 1 };
}

async function startAll(network, { address }, count) {
  const settings = { ...lone(), 'known-peers': address, 'log-level': 'debug' };
  const hosts = Array.from({ length: count }, () => network.addHost());
  return await Promise.all(hosts.map((host) => NodeProcess.start(host, settings)));
}

function outbound(node) {
  return node.links.filter(({ direction }) => direction === 'outbound');
}

function inboundOf(node, guests) {
  const from = guests.map(({ address }) => address);
  return node.links.filter(({ peer }) => from.includes(peer)).map(linkOf);
}

function linkOf({ link }) {
  return link;
}
