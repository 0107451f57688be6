/** What a shop owner configures of an MDB machine behind a Qibixx adapter. */
export interface QibixxOptions {
  /** `alwaysIdle`: the customer selects, then pays. `authorizeFirst`: a session is opened first, for machines without Always Idle. */
  readonly mode: 'alwaysIdle' | 'authorizeFirst';
  readonly address: 'cashless1' | 'cashless2';
  readonly decimalPlaces: number;
  readonly scaleFactor: number;
  /** Longest the machine waits for our answer (MDB Z7). */
  readonly responseTime_s: number;
  readonly vendDeadline_ms: number;
}
