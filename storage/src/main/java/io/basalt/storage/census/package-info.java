/**
 * Counts what the bytes on drives are for: how much of them is metadata, and where that has grown
 * past the part of the drives that data leaves to it.
 */
package io.basalt.storage.census;
