/** What a shop owner configures of a machine behind a VMC of Hunan Xing Yuan. */
export interface XyVmcOptions {
  /** The drop sensor decides whether a vend succeeded; without one a success is only *actuated*. */
  readonly dropSensor: boolean;
  readonly elevator: boolean;
  /** Longest silence of a running vend. */
  readonly vendDeadline_ms: number;
  /** Send 0x01 with length 4. */
  readonly padCheck: boolean;
  /** `drive` (0x06, the default) turns the motor directly; `buy` (0x03) asks the controller to sell, with its own settings. */
  readonly command?: 'drive' | 'buy' | undefined;
  /** Asked of the controller at each start (0x16); untouched when absent. */
  readonly pollInterval_ms?: number | undefined;
  /** Whether a fault of the temperature control stops selling; it does unless this is false. */
  readonly temperatureStops?: boolean | undefined;
  /** Tell the controller prices, capacities and what staff filled (0x12–0x14); nothing unless this is true. */
  readonly syncSettings?: boolean | undefined;
  /** Slot → selection number. */
  readonly selections?: Readonly<Record<string, number>> | undefined;
}
