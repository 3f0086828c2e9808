/** Ten nodes, and every tenth packet that comes to any of them is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { spread } from '../figures.mjs';
import { until } from '../processes.mjs';
import { NODES, Swarm } from '../swarm.mjs';

const PERCENT = 10;
const MESSAGES = 200;
const PER_SECOND = 10;

export async function lossCase(network, report) {
  const swarm = await Swarm.start(network);
  swarm.forget();
  for (const host of swarm.hosts) host.losePackets(PERCENT);
  for (let i = 0; i < MESSAGES; i++) {
    await swarm.announce(i % NODES);
    await sleep(1_000 / PER_SECOND);
  }
  await until(() => swarm.missing().length === 0);
  report.figure('announcements, at 10 a second', MESSAGES);
  report.figure('came', `${swarm.delays().length} of ${swarm.count}`);
  report.figure('after', spread(swarm.delays()));
  report.promise('everything comes to everybody', swarm.missing().length === 0);
  report.promise('nothing comes twice', swarm.doubled().length === 0);
}
