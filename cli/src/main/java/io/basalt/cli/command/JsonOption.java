package io.basalt.cli.command;

import picocli.CommandLine.Option;

/** The choice between a table for people and JSON for programs. */
final class JsonOption {
  @Option(names = "--json", description = "answer with one JSON document")
  boolean json;
}
