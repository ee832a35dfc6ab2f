/**
 * Stripes: cold segments, packed into k strips of user bytes and m of parity, each strip a file on
 * a drive of its own. {@link io.basalt.storage.stripe.StripeWriter} writes them once, column by
 * column; {@link io.basalt.storage.stripe.StripeReader} reads ranges of them and computes what is
 * lost from any k strips. The bytes are those of docs/format/stripe.md.
 */
package io.basalt.storage.stripe;
