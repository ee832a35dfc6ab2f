package io.basalt.cli;

import io.basalt.cli.command.CatalogCommand;
import io.basalt.cli.command.CompactCommand;
import io.basalt.cli.command.CompletionCommand;
import io.basalt.cli.command.DemoCommand;
import io.basalt.cli.command.DfCommand;
import io.basalt.cli.command.DiffCommand;
import io.basalt.cli.command.DownCommand;
import io.basalt.cli.command.DrivesCommand;
import io.basalt.cli.command.GetCommand;
import io.basalt.cli.command.IngestCommand;
import io.basalt.cli.command.InitCommand;
import io.basalt.cli.command.JarsCommand;
import io.basalt.cli.command.LogsCommand;
import io.basalt.cli.command.LsCommand;
import io.basalt.cli.command.MigrateCommand;
import io.basalt.cli.command.OrphansCommand;
import io.basalt.cli.command.PutCommand;
import io.basalt.cli.command.QueryCommand;
import io.basalt.cli.command.RebuildCommand;
import io.basalt.cli.command.RepairArbiterCommand;
import io.basalt.cli.command.RmCommand;
import io.basalt.cli.command.RootsCommand;
import io.basalt.cli.command.ScheduleCommand;
import io.basalt.cli.command.StatCommand;
import io.basalt.cli.command.StatusCommand;
import io.basalt.cli.command.TagCommand;
import io.basalt.cli.command.UntagCommand;
import io.basalt.cli.command.UpCommand;
import io.basalt.cli.command.VerifyCommand;
import io.basalt.cli.supervisor.Sentences;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The basalt command. Exit status: 0 done, 1 failed, 2 bad usage. */
@Command(
    name = "basalt",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    description = "A tiered file store whose data path is a set of Apache Flink jobs.",
    sortOptions = false,
    subcommands = {
      DemoCommand.class,
      InitCommand.class,
      JarsCommand.class,
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      IngestCommand.class,
      PutCommand.class,
      GetCommand.class,
      LsCommand.class,
      StatCommand.class,
      RmCommand.class,
      DfCommand.class,
      DrivesCommand.class,
      RootsCommand.class,
      TagCommand.class,
      UntagCommand.class,
      DiffCommand.class,
      QueryCommand.class,
      CatalogCommand.class,
      CompactCommand.class,
      MigrateCommand.class,
      ScheduleCommand.class,
      VerifyCommand.class,
      OrphansCommand.class,
      RepairArbiterCommand.class,
      RebuildCommand.class,
      CompletionCommand.class,
    })
public final class Basalt implements Runnable {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "the store's configuration; else $$BASALT_CONFIG, else ./basalt.yaml")
  private Path file;

  @Spec private CommandSpec spec;

  public static void main(String[] arguments) {
    int status =
        run(
            arguments,
            System.getenv(),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    System.exit(status);
  }

  /** One command, without ending the process. */
  static int run(
      String[] arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
    return new CommandLine(new Basalt(environment))
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (error, rest) -> {
              String command = error.getCommandLine().getCommandSpec().qualifiedName();
              err.printf("basalt: %s; see %s --help%n", firstLine(error), command);
              return 2;
            })
        .setExecutionExceptionHandler(
            (error, line, parsed) -> {
              out.flush();
              err.println("basalt: " + Sentences.of(error));
              return 1;
            })
        .execute(arguments);
  }

  private final Map<String, String> environment;

  private Basalt(Map<String, String> environment) {
    this.environment = environment;
  }

  private static String firstLine(Exception error) {
    String message = error.getMessage() == null ? "bad usage" : error.getMessage();
    return message.lines().findFirst().orElse("bad usage");
  }

  /** The configuration file that the command line names. */
  public Optional<Path> named() {
    return Optional.ofNullable(file).map(path -> path.toAbsolutePath().normalize());
  }

  /** The configuration file that the command line, the environment or the directory names. */
  public Path config() {
    Path found = file;
    if (found == null && environment.get("BASALT_CONFIG") != null) {
      found = Path.of(environment.get("BASALT_CONFIG"));
    }
    if (found == null) {
      found = Path.of("basalt.yaml");
    }
    if (!Files.exists(found)) {
      throw new Failure(
          "there is no "
              + found
              + ": make a store with basalt init DIR, or name its file with -c FILE");
    }
    return found.toAbsolutePath().normalize();
  }

  /** Without a command there is nothing to do but to name them. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }
}
