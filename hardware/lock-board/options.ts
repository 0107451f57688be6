/** What a shop owner configures of an 8A/80 lock board. */
export interface LockBoardOptions {
  readonly board: number;
  /** What the board reports for an open door; wirings differ. */
  readonly openState: '00' | '11';
  /** false: the doors' contacts are not wired to the board, so what it reports of them means nothing. */
  readonly sensor: boolean;
  readonly sensorDeadline_ms: number;
  readonly channels: Readonly<Record<string, number>>;
}
