package io.basalt.cli.supervisor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The few questions asked of a Flink cluster's REST interface. */
public final class FlinkRest {
  private static final int PATIENCE_MILLIS = 3_000;

  private final String address;

  /** The address is HOST:PORT. */
  public FlinkRest(String address) {
    this.address = address;
  }

  /** A job as the cluster lists it; state is Flink's word, such as RUNNING. */
  public record Job(String id, String name, String state, long startedMillis) {
    public boolean ended() {
      return switch (state) {
        case "FINISHED", "CANCELED", "FAILED" -> true;
        default -> false;
      };
    }
  }

  public List<Job> jobs() throws IOException {
    List<Job> jobs = new ArrayList<>();
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      jobs.add(
          new Job(
              job.path("jid").asText(),
              job.path("name").asText(),
              job.path("state").asText(),
              job.path("start-time").asLong()));
    }
    return jobs;
  }

  /** Flink's version, such as 2.2.1. */
  public String version() throws IOException {
    return get("/config").path("flink-version").asText();
  }

  /** The class path of the JobManager's process, entry by entry. */
  List<String> classPath() throws IOException {
    List<String> entries = new ArrayList<>();
    for (JsonNode entry : get("/jobmanager/environment").path("classpath")) {
      entries.add(entry.asText());
    }
    return entries;
  }

  int taskManagers() throws IOException {
    return get("/overview").path("taskmanagers").asInt();
  }

  /** Whether every task of a job runs. */
  boolean tasksRun(String job) throws IOException {
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      if (!vertex.path("status").asText().equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /** The newest failure of a job: the innermost message, on one line. */
  public Optional<String> failure(String job) throws IOException {
    JsonNode entries = get("/jobs/" + job + "/exceptions").path("exceptionHistory").path("entries");
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(innermost(entries.get(0).path("stacktrace").asText()));
  }

  /** Values of one metric of all subtasks of a job's vertices, as text. */
  public List<String> metric(String job, String suffix) throws IOException {
    List<String> values = new ArrayList<>();
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      String path =
          "/jobs/" + job + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics";
      for (JsonNode name : get(path)) {
        String id = name.path("id").asText();
        if (id.endsWith("." + suffix)) {
          values.addAll(perSubtask(job, vertex, id));
        }
      }
    }
    return values;
  }

  private List<String> perSubtask(String job, JsonNode vertex, String metric) throws IOException {
    List<String> values = new ArrayList<>();
    for (int subtask = 0; subtask < vertex.path("parallelism").asInt(); subtask++) {
      String path =
          "/jobs/%s/vertices/%s/subtasks/%d/metrics?get=%s"
              .formatted(job, vertex.path("id").asText(), subtask, metric.replace(" ", "%20"));
      for (JsonNode value : get(path)) {
        values.add(value.path("value").asText());
      }
    }
    return values;
  }

  public void cancel(String job) throws IOException {
    HttpURLConnection connection = connect("/jobs/" + job + "/yarn-cancel");
    drain(connection);
  }

  private JsonNode get(String path) throws IOException {
    HttpURLConnection connection = connect(path);
    try (InputStream in = connection.getInputStream()) {
      return Json.MAPPER.readTree(in);
    }
  }

  private HttpURLConnection connect(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://" + address + path).toURL().openConnection();
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    return connection;
  }

  private static void drain(HttpURLConnection connection) throws IOException {
    try (InputStream in = connection.getInputStream()) {
      in.readAllBytes();
    }
  }

  static String innermost(String stackTrace) {
    String found = stackTrace.lines().findFirst().orElse("");
    for (String line : (Iterable<String>) stackTrace.lines()::iterator) {
      if (line.startsWith("Caused by: ")) {
        found = line.substring("Caused by: ".length());
      }
    }
    return Sentences.withoutClass(found);
  }
}
