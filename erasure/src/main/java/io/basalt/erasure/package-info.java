/**
 * Reed-Solomon erasure coding of strips. The code is jerasure's {@code reed_sol_van} with 8-bit
 * words, whatever computes it: jerasure itself or ISA-L through one JNI library, or plain Java.
 * {@link io.basalt.erasure.ErasureCode} is the entrance; strips are direct buffers of the caller,
 * and all bytes stay where they are. Encoding and decoding are one operation underneath, the
 * product of a small matrix with columns of bytes ({@code Transform}).
 */
package io.basalt.erasure;
