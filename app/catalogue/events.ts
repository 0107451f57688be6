/** Facts about the shop that are not part of an order: stock, slots, staff. They stand in the same journal. */

/** Who did it: `config` at first start, `kiosk` by its own rule, or a named member of staff. */
export type Actor = string;

export type ShopEvent =
  /** Written at every start, before anything is sold: it proves that the journal can grow. */
  | { readonly type: 'kiosk.started'; readonly version: string }
  /** Stock is counted, not guessed: this replaces what was known. Vends since then are subtracted. */
  | { readonly type: 'stock.set'; readonly slot: string; readonly count: number; readonly by: Actor; readonly reason: string }
  /** One unit left the slot, or may have; written together with the vend's outcome. */
  | { readonly type: 'stock.taken'; readonly slot: string; readonly orderId: string; readonly line: number }
  /** The slot failed and is off sale until somebody looked at it. */
  | { readonly type: 'slot.quarantined'; readonly slot: string; readonly why: string; readonly orderId: string | null }
  | { readonly type: 'slot.released'; readonly slot: string; readonly by: Actor }
  | { readonly type: 'slot.enabled'; readonly slot: string; readonly by: Actor }
  | { readonly type: 'slot.disabled'; readonly slot: string; readonly by: Actor; readonly reason: string };
