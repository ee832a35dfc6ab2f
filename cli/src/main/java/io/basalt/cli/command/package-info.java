/**
 * One class per subcommand of basalt. A command reads its arguments, asks the store or the cluster,
 * and prints; it throws for everything that cannot be done, and {@link io.basalt.cli.Basalt} turns
 * that into one line.
 */
package io.basalt.cli.command;
