/**
 * What the Flink jobs share: the drives of a store once per process, the settings of an
 * environment, command line arguments, and types that need neither Kryo nor reflection.
 */
package io.basalt.flink;
