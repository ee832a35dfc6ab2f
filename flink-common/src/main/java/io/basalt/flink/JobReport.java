package io.basalt.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.api.common.JobExecutionResult;

/** What a batch job prints at its end: a record of plain values, which become fields of JSON. */
public interface JobReport {
  default String toJson() {
    try {
      return new ObjectMapper().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of plain values is always JSON", e);
    }
  }

  /** A sum that the job's tasks made. */
  static long number(JobExecutionResult result, String accumulator) {
    return result.<Long>getAccumulatorResult(accumulator);
  }
}
