/** What one call of PayPay's API is: where it goes, what it takes, what it answers, how long that may take. */
import { z } from 'zod';

export interface Operation<Input extends z.ZodType = z.ZodType, Data extends z.ZodType = z.ZodType> {
  /** Name of the method of the client, of the log line and of the simulator's fault. */
  readonly name: string;
  /** PayPay's name of the call, for its troubleshooting page; empty where PayPay publishes none. */
  readonly apiName: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With query. */
  path(input: z.output<Input>): string;
  /** What a POST carries; the whole input unless stated. */
  body?(input: z.output<Input>): object;
  /** Headers beside the common ones. */
  headers?(input: z.output<Input>): Record<string, string>;
  /** PayPay's recommended time-out for this call. */
  readonly timeout_ms: number;
  /** The same request twice has the effect of one: it may be sent again when nobody knows whether it arrived. */
  readonly repeatable: boolean;
  /** `resultInfo.code`s which, with a 2xx, mean that it was done. Any other 2xx is not an answer. */
  readonly success: readonly string[];
  readonly input: Input;
  readonly data: Data;
}

/** Fills in what follows from the method: reads and deletes are repeatable and get 15 s, everything else 30 s and one try. */
export function operation<Input extends z.ZodType, Data extends z.ZodType>(
  given: Pick<Operation<Input, Data>, 'name' | 'apiName' | 'method' | 'path' | 'input' | 'data'> & Partial<Operation<Input, Data>>,
): Operation<Input, Data> {
  const write = given.method === 'POST';
  return { timeout_ms: write ? 30_000 : 15_000, repeatable: !write, success: ['SUCCESS'], ...given };
}

/** A value as one segment of a path, whatever it contains. */
export const segment = (value: string): string => encodeURIComponent(value);

/** `?a=1&b=2` of the values that are there. */
export function query(values: Record<string, string | number | boolean | undefined>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

// ---------------------------------------------------------------- pieces of requests

/** An id that the merchant makes: unique, and never used again for something else. */
export const MerchantId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'allowed: 1 to 64 characters of A-Z a-z 0-9 _ -');
/** An id that PayPay made. Dots alone would climb in the path, encoded or not. */
export const PayPayId = z.string().max(64).regex(/[^.]/, 'allowed: 1 to 64 characters, not only dots');
export const Text = z.string().max(255);
/** Seconds since 1970. */
export const Epoch = z.int().min(0).max(99_999_999_999);
/** At most 11 digits of whole yen. */
export const Amount = z.strictObject({ amount: z.int().min(1).max(99_999_999_999), currency: z.literal('JPY') });
export const OrderItem = z.looseObject({
  name: Text.min(1),
  category: Text.optional(),
  quantity: z.int().min(1),
  productId: Text.optional(),
  unitPrice: z.strictObject({ amount: z.int().min(0).max(99_999_999_999), currency: z.literal('JPY') }),
});
export const ProductType = z.enum(['VIRTUAL_BONUS_INVESTMENT', 'PAY_LATER_REPAYMENT', 'REAL_INVESTMENT', 'UTILITY_BILL']);
export const RedirectType = z.enum(['WEB_LINK', 'APP_DEEP_LINK']);

// ---------------------------------------------------------------- pieces of answers

/** A closed list on the day this was written; PayPay adds to it without asking. */
export const open = <Known extends string>() => z.string() as unknown as z.ZodType<Known | (string & {})>;
/** PayPay leaves out what it has no value for, or says null. */
export const maybe = <T extends z.ZodType>(schema: T) => schema.nullish();
export const MoneyData = z.looseObject({ amount: z.number(), currency: open<'JPY'>() });
/** The answer carries no data. */
export const Nothing = z.unknown().transform(() => null);
