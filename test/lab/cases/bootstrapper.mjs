/**
 * Ten nodes that know two peers: one that lists only its own, in 256 ranges (/16), with an honest one at the end of
 * each list or without; and one honest. After a minute each must have a link to an honest node that it has dialled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DIFFICULTY, isLinkOpen, NodeProcess, Part, PORT } from '../processes.mjs';

const NODES = 10;
const SECONDS = 60;

export async function bootstrapperCase(network, report) {
  const known = await NodeProcess.start(network.addHost(), { degree: 1, 'min-connections': 1 });
  const listed = await NodeProcess.start(network.addHost(), { degree: 1, 'min-connections': 1 });
  const evil = network.addHost('10.0.0.0/8');
  const options = { port: PORT, honest: listed.address, difficulty: DIFFICULTY };
  const attacker = new Part(evil, 'bootstrapper', options);
  await attacker.ask('figures');
  const peers = `${evil.address}:${PORT},${known.address}`;
  const settings = { 'known-peers': peers, 'search-cooldown': 5, 'log-level': 'debug' };
  const hosts = Array.from({ length: NODES }, () => network.addHost());
  const nodes = await Promise.all(hosts.map((host) => NodeProcess.start(host, settings)));
  await sleep(SECONDS * 1_000);
  const honest = [known, listed].map(({ address }) => address);
  const isHonest = ({ peer, direction }) => direction === 'outbound' && honest.includes(peer);
  const safe = nodes.filter(({ links }) => links.some(isHonest));
  const found = nodes.filter((node) => node.line((l) => isLinkOpen(l) && l.peer === honest[1]));
  const isEvil = ({ peer }) => peer.startsWith('10.') || peer === `${evil.address}:${PORT}`;
  const { links, offers } = await attacker.ask('figures');
  const evilLinks = nodes.map((node) => node.links.filter(isEvil).length);
  report.figure('nodes with an honest link of their own after 60 s', `${safe.length} of ${NODES}`);
  report.figure('of these found the honest one that was listed', found.length);
  report.figure('links to the attacker, of each node', evilLinks.join(' '));
  report.figure('links in all, of each node', nodes.map((node) => node.links.length).join(' '));
  report.figure('connections and 505s that the attacker had', `${links}, ${offers}`);
  report.promise('every node has an honest link of its own', safe.length === NODES);
}
