package io.basalt.ingest;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes the committer, in a task of its own. */
final class CommitterFactory extends AbstractStreamOperatorFactory<Void>
    implements OneInputStreamOperatorFactory<FlushMessage, Void> {
  private static final long serialVersionUID = 1;

  private final IngestOptions options;
  private final int writers;

  CommitterFactory(IngestOptions options, int writers) {
    this.options = options;
    this.writers = writers;
    setChainingStrategy(ChainingStrategy.NEVER);
  }

  @Override
  @SuppressWarnings("unchecked") // the type of the operator is what Flink asks for
  public <T extends StreamOperator<Void>> T createStreamOperator(
      StreamOperatorParameters<Void> parameters) {
    return (T) new CommitterOperator(parameters, options, writers);
  }

  @Override
  @SuppressWarnings("rawtypes") // Flink's own signature
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return CommitterOperator.class;
  }
}
