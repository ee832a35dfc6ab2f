/**
 * Measures what docs/benchmarks.md states, each figure beside its roof in one run. Wall clocks,
 * processes and the file system are used freely here, as nothing of the store depends on it. {@link
 * io.basalt.benchmarks.Benchmarks} is the entry; the classes in {@code micro} belong to JMH.
 */
package io.basalt.benchmarks;
