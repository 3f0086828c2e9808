/**
 * Ten nodes in five pairs, with peers that announce all the time, each killed (SIGKILL) a hundred times after up to ten
 * seconds and started anew with what it had stored. Every file must be readable, and what is forgotten must be younger
 * than the time between two writes and that of a write.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StateDirectory } from '../../../dist/daemon/store/state-directory.js';
import { STORE_EVERY } from '../../../dist/daemon/store/state-keeper.js';
import { spread } from '../figures.mjs';
import { DIFFICULTY, NodeProcess, Part, PORT, stateOf } from '../processes.mjs';

const NODES = 10;
const LIVES = 100;
/** So that some are killed at every place between two writes, and twice as many after one. */
const LIFE_MILLIS_MAX = 2 * STORE_EVERY;
/** The time between two writes, and that of a write, which on a busy machine can be as long. */
const FORGOTTEN_MILLIS_MAX = 2 * STORE_EVERY;

export async function killCase(network, report) {
  const hosts = Array.from({ length: NODES }, () => network.addHost());
  const all = { kills: 0, troubles: [], warnings: [], repeated: 0, forgotten: [], books: 0 };
  await Promise.all(hosts.map((host, i) => liveAndDie(host, hosts[i ^ 1], all)));
  report.figure('killed', `${all.kills} times`);
  report.figure('files that could not be read', all.troubles.length);
  report.figure('lives that found a peer book', all.books);
  report.figure('announcements said again', all.repeated);
  const counts = all.forgotten.map(({ forgotten }) => forgotten);
  const sum = counts.reduce((a, b) => a + b, 0);
  report.figure('of these told again, since they were forgotten', sum);
  const ages = all.forgotten.map(({ oldestMillis }) => oldestMillis);
  report.figure('the eldest of a life, before its end', spread(ages));
  const inTime = ages.filter((age) => age <= STORE_EVERY).length;
  report.figure(`lives that forgot nothing older than ${STORE_EVERY} ms`, inTime);
  for (const line of [...all.troubles, ...all.warnings].slice(0, 5)) report.figure('', line);
  report.promise('every file can be read', all.troubles.length === 0);
  report.promise('no node has anything to warn of', all.warnings.length === 0);
  const isYoung = Math.max(...ages) <= FORGOTTEN_MILLIS_MAX;
  report.promise(`nothing is forgotten that came ${FORGOTTEN_MILLIS_MAX} ms before`, isYoung);
}

async function liveAndDie(host, other, all) {
  const peer = `${other.address}:${PORT}`;
  const settings = { degree: 1, 'min-connections': 1, 'known-peers': peer };
  let node = await NodeProcess.start(host, settings);
  const target = { host: host.address, port: PORT, api: node.apiAddress, difficulty: DIFFICULTY };
  const talker = new Part(host, 'talker', { ...target, name: host.address });
  await talker.ask('begin');
  for (let life = 0; life < LIVES; life++) {
    await sleep(randomInt(LIFE_MILLIS_MAX));
    await node.crash();
    all.kills++;
    await readAll(stateOf(node.folder), all);
    all.warnings.push(...warningsOf(node));
    node = await NodeProcess.start(host, settings, node.folder);
    const found = await talker.ask('begin');
    all.repeated += found.repeated;
    all.forgotten.push(found);
  }
  all.warnings.push(...warningsOf(node));
}

async function readAll(path, all) {
  const onTrouble = (message, { reason }) => all.troubles.push(`${message}: ${reason}`);
  const { seen, peers, identities } = new StateDirectory(path, onTrouble);
  const [, book] = await Promise.all([seen.load(), peers.load(), identities.load()]);
  if (book !== undefined) all.books++;
}

/** Lines of pino's level for warnings and above. */
function warningsOf({ lines }) {
  return lines.filter(({ level }) => level >= 40).map((line) => JSON.stringify(line));
}
