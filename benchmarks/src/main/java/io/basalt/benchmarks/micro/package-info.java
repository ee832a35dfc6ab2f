/** JMH benchmarks of the inner loops of the write path. */
package io.basalt.benchmarks.micro;
