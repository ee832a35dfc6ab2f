/**
 * The basalt command. {@link io.basalt.cli.Basalt} parses the arguments; one class in {@code
 * command} per subcommand does the work; {@code show} prints; {@code supervisor} keeps the
 * processes of one machine running.
 */
package io.basalt.cli;
