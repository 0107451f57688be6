/** What a shop owner configures of a Modbus RTU relay board. */
export interface ModbusRelayOptions {
  readonly unit: number;
  /** How long a relay stays closed; the board itself opens it again. */
  readonly pulse_ms: number;
  readonly sensorDeadline_ms: number;
  readonly slots: Readonly<Record<string, { readonly relay: number; readonly input?: number | undefined; readonly activeLow: boolean }>>;
}
