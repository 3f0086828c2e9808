/**
 * A thousand TLS handshakes a second from one address, none of them finished, while honest newcomers come from
 * others, five a second, each with a handshake, a 507 and an answer to it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { NodeProcess, Part, PORT } from '../processes.mjs';
import { spread } from '../figures.mjs';

const PER_SECOND = 1_000;
const HONEST_PER_SECOND = 5;
const SECONDS = 30;
const IN_TIME_MILLIS = 2_000;

export async function hastyCase(network, report) {
  const victim = await NodeProcess.start(network.addHost());
  const target = { host: victim.host.address, port: PORT };
  const attackers = network.addHost();
  const others = network.addHost('192.168.0.0/16');
  await sleep(1_000);
  const idle = await cpuShareOf(victim, 2_000);
  const attacker = new Part(attackers, 'hasty', { ...target, rate: PER_SECOND });
  const began = performance.now();
  const visitors = new Part(others, 'visitors', { ...target, rate: HONEST_PER_SECOND });
  const cpu = await cpuShareOf(victim, SECONDS * 1_000);
  const { begun, answered, open } = await attacker.ask('figures');
  const seconds = (performance.now() - began) / 1_000;
  const { begun: honest, failed, millis } = await visitors.ask('finish');
  const inTime = millis.filter((each) => each <= IN_TIME_MILLIS).length;
  report.figure('handshakes begun by the attacker', `${Math.round(begun / seconds)} a second`);
  report.figure('answered by the node', `${(answered / seconds).toFixed(1)} a second`);
  report.figure('connections of the attacker at the end', open);
  report.figure('CPU of the node, before', `${(100 * idle).toFixed(0)} % of a core`);
  report.figure('CPU of the node, under attack', `${(100 * cpu).toFixed(0)} % of a core`);
  report.figure('honest handshakes, of these sent away', `${honest}, ${failed}`);
  report.figure('answered within', spread(millis));
  report.figure('answered within 2 s', `${((100 * inTime) / honest).toFixed(1)} %`);
  report.promise('one address has five handshakes a second at most', answered / seconds <= 6);
  report.promise('no honest handshake is sent away', failed === 0);
  report.promise('the node takes less than a third of a core', cpu <= 1 / 3);
}

async function cpuShareOf(node, millis) {
  const [began, used] = [performance.now(), node.cpuMillis];
  await sleep(millis);
  return (node.cpuMillis - used) / (performance.now() - began);
}
