/** What the street page shows and may do: the words between its server and its page. */

/** What a visitor may let go wrong with the next vend. */
export const MISHAPS = ['jam', 'empty', 'slow', 'pullMidVend'] as const;
export type Mishap = (typeof MISHAPS)[number];

/** The machines that can stand on the corner, by their driver. */
export const MACHINES = ['xy-vmc', 'mdb-qibixx', 'modbus-relay', 'lock-board'] as const;
export type MachineKind = (typeof MACHINES)[number];

export interface StreetSlot {
  readonly slot: string;
  readonly sku: string;
  readonly name: string;
  readonly price_jpy: number;
  /** What hangs in the spring. */
  readonly stock: number;
  readonly capacity: number;
  /** Units that really fell. */
  readonly dropped: number;
  readonly jammed: boolean;
}

export interface StreetState {
  readonly kiosk: {
    readonly running: boolean;
    /** Electron shows the kiosk in a window of its own, not on this page. */
    readonly framed: boolean;
    readonly cutAfterPayment: boolean;
  };
  /** null: a real PayPay. */
  readonly phone: {
    /** The newest QR that can be paid now. */
    readonly code: { readonly url: string; readonly amount_jpy: number } | null;
  } | null;
  /** null: a real machine. */
  readonly machine: {
    readonly kind: MachineKind;
    /** It is being replaced by another. */
    readonly changing: boolean;
    readonly connected: boolean;
    /** null: this machine does not tell. */
    readonly doorOpen: boolean | null;
    readonly mishaps: readonly Mishap[];
    /** Customers choose with its own buttons. */
    readonly hasButtons: boolean;
    readonly running: boolean;
    readonly drives: number;
    readonly slots: readonly StreetSlot[];
    /** SKUs in the tray, the newest first. */
    readonly tray: readonly string[];
  } | null;
  /** By PayPay's books and the machine's counters, not by the kiosk's word; null unless both are simulated. */
  readonly ledger: { readonly paid_jpy: number; readonly dispensed_jpy: number; readonly returned_jpy: number } | null;
}

export type StreetCommand =
  | { readonly do: 'power'; readonly on: boolean }
  | { readonly do: 'cutAfterPayment' }
  | { readonly do: 'mishap'; readonly mishap: Mishap }
  | { readonly do: 'cable'; readonly connected: boolean }
  | { readonly do: 'door'; readonly open: boolean }
  | { readonly do: 'machine'; readonly kind: MachineKind }
  | { readonly do: 'press'; readonly slot: string }
  | { readonly do: 'stock'; readonly slot: string; readonly count: number };
