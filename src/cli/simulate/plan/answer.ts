/** The answer of `hearsay plan`: a section for the configuration file, and why it is this one. */
import { format } from '../figures.ts';
import { formatTable } from '../text-table.ts';
import type { RunFacts } from '../run-facts.ts';
import type { Question } from './question.ts';
import { CHECK_NODES_MAX, SEARCH_NODES_MAX, type Answer } from './search.ts';
import type { Trial } from './trial.ts';

/** The default of the configuration, kept unless more is needed. */
const CACHE_SIZE = 1_000;
/** The largest that the configuration allows. */
const CACHE_SIZE_MAX = 1_000_000;
/** The default of the configuration in seconds, and how many messages are remembered at all. */
const SEEN_WINDOW = 600;
const SEEN_MAX = 1_000_000;

/** Keys of the section, in the order in which they are documented. */
export function settingsOf(
  { rate, history }: Question,
  { best }: Answer,
): ReadonlyMap<string, number> {
  const settings = new Map([
    ['degree', best.degree],
    ['min_connections', best.min],
    ['max_connections', best.max],
    ['cache_size', Math.min(CACHE_SIZE_MAX, Math.max(CACHE_SIZE, Math.ceil(rate * history)))],
  ]);
  const window = Math.max(1, Math.floor(SEEN_MAX / rate));
  if (window < SEEN_WINDOW) settings.set('seen_window', window);
  return settings;
}

/** A file that `hearsay config check` accepts, with the reasons as comments. */
export function formatIni(question: Question, answer: Answer, command: string): string {
  const lines = [...settingsOf(question, answer)].map(([key, value]) => `${key} = ${value}`);
  const reasons = explain(question, answer).map((line) => `; ${line}`);
  return [`; ${command}`, ...reasons, '[gossip]', ...lines].join('\n');
}

/** Why these, and how sure that is: one sentence a line. */
export function explain(question: Question, answer: Answer): readonly string[] {
  const { best, isAttained } = answer;
  const { nodes, target, loss, rate, history } = question;
  const gone = loss === 0 ? '' : ` with ${format(loss, 'share')} of the nodes gone at once`;
  const verdict = isAttained
    ? `Reaches ${format(best.reach, 'share')}${gone}; asked for: ${format(target, 'share')}.`
    : `DOES NOT ATTAIN ${format(target, 'share')}${gone}: this is the best that was found, ${format(best.reach, 'share')}.`;
  return [
    verdict,
    ...(loss === 0
      ? ['No node was lost in these tries: --loss-of-nodes makes room for that.']
      : []),
    `Measured on ${format(best.nodes, 'count')} nodes: ${figures(best)}.`,
    ...scaleNotes(nodes, best),
    ...resolutionNote(question, best),
    best.max < 2 * best.min
      ? 'max_connections is close to min_connections: announcements go over most links, with few copies.'
      : 'max_connections leaves room for newcomers.',
    `cache_size holds at least ${history} s of announcements at ${rate} per second, or the default.`,
  ];
}

function figures({ copies, p99Ms, bytesPerSecond, uplinkShare }: Trial): string {
  const uplink = uplinkShare === null ? '' : `, ${format(uplinkShare, 'share')} of the uplink`;
  const sent = `each sends ${format(bytesPerSecond, 'bytes')}/s${uplink}`;
  return `${format(copies, 'count')} copies per delivery, 99 % within ${format(p99Ms, 'ms')}, ${sent}`;
}

function scaleNotes(nodes: number, { nodes: measured, p99Ms }: Trial): readonly string[] {
  if (nodes <= SEARCH_NODES_MAX) return [];
  const searched = `Searched with ${SEARCH_NODES_MAX} nodes, checked with ${Math.min(nodes, CHECK_NODES_MAX)}.`;
  if (nodes <= measured || p99Ms === null) return [searched];
  const grown = (p99Ms * Math.log(nodes)) / Math.log(measured);
  const count = format(nodes, 'count');
  return [
    searched,
    `${count} nodes were not run: reach and load per node are taken to be the same;`,
    `the time grows with the logarithm of their number, to about ${format(Math.round(grown), 'ms')} at ${count} (an estimate).`,
  ];
}

/**
 * Who is missed are often the same few badly linked nodes, so it is their number that limits what can be
 * shown, not that of the announcements: none among n shows, with 95 % confidence, a share below 3 / n.
 */
function resolutionNote({ target, loss }: Question, { nodes }: Trial): readonly string[] {
  const survivors = Math.max(4, Math.round(nodes * (1 - loss)));
  if (3 / survivors <= 1 - target) return [];
  const shown = format(1 - 3 / survivors, 'share');
  return [
    `A network of this size shows ${shown} for sure; beyond that a few badly linked nodes decide.`,
  ];
}

/** Everything that was tried. */
export function formatTried(tried: readonly Trial[]): readonly string[] {
  const headings = ['nodes', 'seed', 'degree', 'min', 'max', 'reach', 'copies', 'p99', 'sent', ''];
  const rows = tried.map((trial) => [
    format(trial.nodes, 'count'),
    `${trial.seed}`,
    `${trial.degree}`,
    `${trial.min}`,
    `${trial.max}`,
    format(trial.reach, 'share'),
    format(trial.copies, 'count'),
    format(trial.p99Ms, 'ms'),
    `${format(trial.bytesPerSecond, 'bytes')}/s`,
    trial.attains ? 'attains it' : '',
  ]);
  return formatTable([headings, ...rows]);
}

/** The answer as JSON text; only `run` differs when it is asked again. */
export function asJson(question: Question, answer: Answer, run: RunFacts): string {
  const { best, isAttained, tried } = answer;
  const gossip = Object.fromEntries(settingsOf(question, answer));
  return `${JSON.stringify({ question, isAttained, gossip, best, tried, run }, undefined, 2)}\n`;
}
