/**
 * Ten nodes that are cut into two halves for a minute, in which both halves go on announcing. Quietly: packets are
 * lost, and connections wait for better times. Loudly: connections are told, and are gone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { spread } from '../figures.mjs';
import { until } from '../processes.mjs';
import { NODES, Swarm } from '../swarm.mjs';

const SECONDS = 60;
const HALF = NODES / 2;

export function partitionCase(isLoud) {
  return async (network, report) => {
    const swarm = await Swarm.start(network);
    swarm.forget();
    const [left, right] = [swarm.hosts.slice(0, HALF), swarm.hosts.slice(HALF)];
    for (const host of left) host.cutOff(right, isLoud);
    for (const host of right) host.cutOff(left, isLoud);
    for (let i = 0; i < SECONDS; i++) {
      await swarm.announce(i % HALF);
      await swarm.announce(HALF + (i % HALF));
      await sleep(1_000);
    }
    const missed = swarm.missing();
    const across = missed.filter(({ from, to }) => from < HALF !== to < HALF).length;
    const healed = performance.now();
    for (const host of swarm.hosts) host.heal();
    await until(() => swarm.missing().length === 0);
    const last = performance.now();
    report.figure('announcements in each half', SECONDS);
    report.figure('missed at the end of the cut', `${missed.length}, ${across} of them across it`);
    report.figure('all of them there after', `${((last - healed) / 1_000).toFixed(1)} s`);
    report.figure('those within a half came after', spread(swarm.delaysWithin(HALF)));
    report.promise('nothing crosses the cut', across === 2 * SECONDS * HALF);
    report.promise('everything comes to everybody in the end', swarm.missing().length === 0);
    report.promise('nothing comes twice', swarm.doubled().length === 0);
  };
}
