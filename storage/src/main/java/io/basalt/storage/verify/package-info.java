/**
 * The verifier: checks every reference, length, checksum and copy of a store by reading all of it.
 * It is the oracle of all tests that touch a store, so it shares the codecs with the rest and
 * nothing of its logic, and it changes nothing.
 */
package io.basalt.storage.verify;
