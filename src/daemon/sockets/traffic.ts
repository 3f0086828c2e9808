/** What went through one kind of connection since the start: plain counts for status pages and metrics. */
export interface Traffic {
  /** Connections that stood, in either direction. */
  opened: number;
  messagesIn: number;
  bytesIn: number;
  /** Messages queued; {@link messagesDropped} are not among them. */
  messagesOut: number;
  /** Bytes that the operating system has taken. */
  bytesOut: number;
  /** Messages that found a full queue. */
  messagesDropped: number;
  /** Connections that sent something that is no message. */
  violations: number;
  /** Connections dropped because they took nothing while their queue was full. */
  stuck: number;
}

export function noTraffic(): Traffic {
  return {
    opened: 0,
    messagesIn: 0,
    bytesIn: 0,
    messagesOut: 0,
    bytesOut: 0,
    messagesDropped: 0,
    violations: 0,
    stuck: 0,
  };
}
