package io.basalt.ingest;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes writers, each in the task of its source. */
final class WriterFactory extends AbstractStreamOperatorFactory<FlushMessage>
    implements OneInputStreamOperatorFactory<ReadRecord, FlushMessage> {
  private static final long serialVersionUID = 1;

  private final IngestOptions options;

  WriterFactory(IngestOptions options) {
    this.options = options;
    setChainingStrategy(ChainingStrategy.ALWAYS);
  }

  @Override
  @SuppressWarnings("unchecked") // the type of the operator is what Flink asks for
  public <T extends StreamOperator<FlushMessage>> T createStreamOperator(
      StreamOperatorParameters<FlushMessage> parameters) {
    return (T) new WriterOperator(parameters, options);
  }

  @Override
  @SuppressWarnings("rawtypes") // Flink's own signature
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return WriterOperator.class;
  }
}
