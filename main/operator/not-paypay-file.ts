/** The file is not PayPay's transaction file, or too large; the message says which. */
export class NotPayPayFile extends Error {}
