package io.basalt.sql;

import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.table.data.RowData;

/** Reads a table of one root: each row once, also after a restore, since a root never changes. */
final class CatalogSource implements Source<RowData, PathSplit, ScanState> {
  private static final long serialVersionUID = 1;

  private final Scan scan;

  CatalogSource(Scan scan) {
    this.scan = scan;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SplitEnumerator<PathSplit, ScanState> createEnumerator(
      SplitEnumeratorContext<PathSplit> context) {
    return new RootEnumerator(context, scan);
  }

  @Override
  public SplitEnumerator<PathSplit, ScanState> restoreEnumerator(
      SplitEnumeratorContext<PathSplit> context, ScanState state) {
    return new RootEnumerator(context, scan, state);
  }

  @Override
  public SourceReader<RowData, PathSplit> createReader(SourceReaderContext context) {
    return new PathReader(context, scan);
  }

  @Override
  public SimpleVersionedSerializer<PathSplit> getSplitSerializer() {
    return new PathSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<ScanState> getEnumeratorCheckpointSerializer() {
    return new ScanStateSerializer();
  }
}
